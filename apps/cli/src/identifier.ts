/** Makes a name of the catalogue out of a file's or folder's name: lower case, `-` for what is not allowed. */
export function toIdentifier(name: string): string {
  const made = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\.(tiff?|geotiff)$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 100);
  return made === '' ? 'unnamed' : made;
}
