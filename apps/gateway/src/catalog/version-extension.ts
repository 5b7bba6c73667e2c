/** STAC's version extension: `version`, `deprecated`, and links to the versions before, after and newest. */
export const versionExtension = 'https://stac-extensions.github.io/version/v1.2.0/schema.json';
