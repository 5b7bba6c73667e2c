/** The collections of the catalogue: the nouns of Cairn that are STAC Items. */
export const collections = {
  models: {
    title: 'Models',
    description: 'Registered packages: what a model takes, what it answers, and the code that trains and runs it.',
  },
  versions: {
    title: 'Versions',
    description: 'Trained weights of models, each with the run and the dataset that it comes from.',
  },
  datasets: {
    title: 'Datasets',
    description: 'Images and labels to train on, pinned by DVC; extent, size and class balance are computed.',
  },
  imagery: {
    title: 'Imagery',
    description: 'Georeferenced images on which can be predicted.',
  },
  predictions: {
    title: 'Predictions',
    description: 'Buildings that were found, each set with the version, the imagery and the receipt it comes from.',
  },
} as const;

/** The id of a collection. */
export type CollectionId = keyof typeof collections;

/** Whether a text is the id of a collection. */
export function isCollection(id: string): id is CollectionId {
  return Object.hasOwn(collections, id);
}

/** The STAC Collection that pgSTAC keeps; its extent is computed when it is read, and its links are added then. */
export function collectionContent(id: CollectionId): object {
  return {
    type: 'Collection',
    stac_version: '1.1.0',
    id,
    ...collections[id],
    license: 'other',
    extent: extentOf(null, null),
    links: [],
  };
}

/** The extent of a collection; of one without items, the whole world at any time. */
export function extentOf(bbox: unknown, interval: unknown): object {
  return {
    spatial: { bbox: bbox ?? [[-180, -90, 180, 90]] },
    temporal: { interval: interval ?? [[null, null]] },
  };
}
