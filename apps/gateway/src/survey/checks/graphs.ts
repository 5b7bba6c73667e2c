import type { GraphBackend } from '../../inference/backend/backend.ts';
import type { Versions } from '../../registry/versions.ts';
import type { Check, Finding } from '../finding.ts';

/** Graphs on a cluster that serve no version of this installation. */
export function graphsCheck(parts: {
  backend: Pick<GraphBackend, 'outside'>;
  versions: Pick<Versions, 'mayServe'>;
}): Check {
  return {
    name: 'graphs',
    look: async () => {
      const { outside } = parts.backend;
      if (outside === null) return [];
      // The graphs first: a version that came meanwhile is known by then.
      const graphs = await outside.list();
      const may = await parts.versions.mayServe();
      return graphs.flatMap(({ name, version, isOwn }): Finding[] => {
        if (!isOwn) {
          return [
            {
              what: `A graph of another Cairn runs in this namespace, for ${version}.`,
              where: name,
              action:
                'Give each installation a namespace of its own; where there is no other any more, delete it by kubectl.',
            },
          ];
        }
        if (may.has(version)) return [];
        return [
          {
            what: `A graph runs for ${version}, which is archived, revoked or unknown.`,
            where: name,
            action: 'It is taken away.',
            mend: () => outside.end(name),
          },
        ];
      });
    },
  };
}
