/** A STAC Item as Cairn's domains hand it to the catalogue and get it back; the schemas hold its other members. */
export interface StacItem {
  id: string;
  collection: string;
  [member: string]: unknown;
}

/** A STAC Link. */
export interface Link {
  rel: string;
  href: string;
  type?: string;
  title?: string;
  method?: string;
  body?: object;
}
