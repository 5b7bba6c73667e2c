import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';

/** One uploaded file of a folder: its path inside it, and the digest under which its bytes were uploaded before. */
export const FileEntry = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 1000, description: 'relative, with forward slashes' }),
    digest: Digest,
    mode: Type.Optional(Type.Union([Type.Literal('100644'), Type.Literal('100755')], { description: 'Git file mode' })),
  },
  { additionalProperties: false },
);
export type FileEntry = Static<typeof FileEntry>;

/** A folder as a list of uploaded files. */
export const FileSet = Type.Array(FileEntry, { minItems: 1, maxItems: 200_000 });
export type FileSet = Static<typeof FileSet>;

/**
 * The raw Git objects that prove which commit holds a folder: the commit and the trees from the root down to the folder,
 * each base64. The gateway hashes the folder itself and follows them, so that the commit is witnessed, not believed.
 */
export const GitProof = Type.Object(
  {
    commit: Type.String({ maxLength: 100_000 }),
    trees: Type.Array(Type.String({ maxLength: 4_000_000 }), { maxItems: 64 }),
    path: Type.String({ maxLength: 1000, description: 'the folder inside the repository' }),
    repository: Type.Optional(
      Type.String({ maxLength: 1000, description: 'the remote address, as the caller tells it' }),
    ),
  },
  { additionalProperties: false },
);
export type GitProof = Static<typeof GitProof>;

/** A folder in a Git repository at a commit, for the gateway to fetch. No credentials: they would stand in the job's inputs. */
export const GitSource = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://[^/@?#\\\\\\s]+/[^?#\\\\\\s]+$',
      maxLength: 1000,
      title: 'Address of the repository',
      description: 'https://HOST/PATH, without user name, password or query',
    }),
    commit: Type.String({ pattern: '^[0-9a-f]{40}$', title: 'Commit', description: 'its whole id' }),
    path: Type.Optional(
      Type.String({
        pattern: '^$|^(?!\\.\\.?(/|$))[^/\\\\:\\s]+(/(?!\\.\\.?(/|$))[^/\\\\:\\s]+)*$',
        maxLength: 1000,
        default: '',
        title: 'Folder of the package in it',
      }),
    ),
  },
  { additionalProperties: false },
);
export type GitSource = Static<typeof GitSource>;

/** The answer to an upload. */
export const Uploaded = Type.Object({ digest: Digest, size: Type.Integer({ minimum: 0 }) }, { $id: 'Uploaded' });
export type Uploaded = Static<typeof Uploaded>;

/** Of the digests that were asked for, those whose bytes have still to be uploaded. */
export const MissingUploads = Type.Object({ missing: Type.Array(Digest) }, { $id: 'MissingUploads' });
export type MissingUploads = Static<typeof MissingUploads>;
