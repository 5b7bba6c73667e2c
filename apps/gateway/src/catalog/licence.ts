/** An item's members about its licence. */
export interface LicenceMembers {
  /** An SPDX identifier, or `other` (STAC 1.1, common metadata: the schema takes no SPDX expression). */
  license: string;
  /** The SPDX expression, where `license` cannot hold it. */
  'cairn:licence'?: string;
}

const identifier = /^[\w.+-]+$/;

/** Writes a licence, an SPDX identifier or expression, into an item's properties. */
export function licenceMembers(licence: string): LicenceMembers {
  return identifier.test(licence) ? { license: licence } : { license: 'other', 'cairn:licence': licence };
}

/** The licence that `licenceMembers` wrote. */
export function licenceOf(properties: LicenceMembers): string {
  return properties['cairn:licence'] ?? properties.license;
}
