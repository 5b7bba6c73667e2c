interface Props {
  words: string;
  /** Endings and media types. */
  accept: string;
  onFile: (file: File) => void;
  required?: boolean;
  className?: string;
}

/** A button that lets the reader choose a file, also the same one again. */
export function FileButton({ words, accept, onFile, required, className = 'button plain small file' }: Props) {
  return (
    <label className={className}>
      {words}
      <input
        type="file"
        accept={accept}
        required={required}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) onFile(file);
          // The same file can be chosen again.
          target.value = '';
        }}
      />
    </label>
  );
}
