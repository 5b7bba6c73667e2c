export { asFeature, type Collection, type Feature, type Ring, type Shape } from './collection.ts';
export { ExportError } from './error.ts';
export { exported, type Format, FORMAT_NAMES, type FormatName, FORMATS } from './format.ts';
export { type Provenance, provenanceOf } from './provenance.ts';
export { readExport } from './read.ts';
export { type SignedFile } from './signed-file.ts';
