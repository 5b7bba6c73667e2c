/*
 * ONNX Runtime as it is published sends its maker what it loads and how fast it runs, and keeps an identifier of the machine
 * on its disk, unless this is set before it is loaded. What is predicted here is nobody else's affair: imported before the
 * runtime, for its effect.
 */
// eslint-disable-next-line no-restricted-properties -- it is the runtime's own setting, and is written, not read
process.env['ORT_DISABLE_TELEMETRY'] = '1';
