import { useQuery } from '@tanstack/react-query';
import type { ApprovalInfo, Example, ExampleSet, Stage } from '@cairn/contracts';
import { gateway, itemsOf, ownPath, type Bbox } from '../gateway.ts';

/** A version of a model as a reader chooses it: what it finds, where it learnt, how good it is, who let it answer. */
export interface ModelChoice {
  /** MODEL/NUMBER */
  id: string;
  model: string;
  version: number;
  title: string;
  description: string;
  stage: Stage;
  tasks: string[];
  /** What is looked for, by the names of the network's classes. */
  classes: string[];
  /** Metres a pixel on the ground. */
  gsd: number;
  licence: string;
  data: 'generated' | 'real';
  /** Extent of the data that it learnt from. */
  bbox: Bbox;
  metrics: Record<string, number>;
  /** That its training left. */
  picture: string | undefined;
  /** One that was drawn here, and the title of the dataset that it is of. */
  example: { picture: Example; title: string } | undefined;
  approval: ApprovalInfo | undefined;
}

interface VersionItem {
  bbox: Bbox;
  properties: {
    title: string;
    description?: string;
    license?: string;
    gsd: number;
    'mlm:tasks'?: string[];
    'mlm:output'?: { 'classification:classes'?: { name: string }[] }[];
    'cairn:model': string;
    'cairn:version': number;
    'cairn:stage': Stage;
    'cairn:data': 'generated' | 'real';
    'cairn:metrics'?: Record<string, number>;
  };
  assets: Record<string, { href: string; roles?: string[] }>;
}

/** Every version of every model, those that answer first. */
export function useModels() {
  return useQuery({ queryKey: ['models'], queryFn: readModels });
}

async function readModels(): Promise<ModelChoice[]> {
  const [items, approvals, examples] = await Promise.all([
    itemsOf<VersionItem>('versions'),
    gateway.approvals(),
    gateway.examples(),
  ]);
  const byVersion = new Map(approvals.map((approval) => [approval.version, approval]));
  return items
    .map((item) => choiceOf(item, byVersion, examples))
    .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title) || b.version - a.version);
}

function choiceOf(
  { bbox, properties, assets }: VersionItem,
  approvals: Map<string, ApprovalInfo>,
  examples: readonly ExampleSet[],
): ModelChoice {
  const id = `${properties['cairn:model']}/${properties['cairn:version']}`;
  const picture = Object.values(assets).find(({ roles }) => roles?.includes('thumbnail'));
  return {
    id,
    model: properties['cairn:model'],
    version: properties['cairn:version'],
    title: properties.title,
    description: properties.description ?? '',
    stage: properties['cairn:stage'],
    tasks: properties['mlm:tasks'] ?? [],
    classes: (properties['mlm:output']?.[0]?.['classification:classes'] ?? [])
      .map(({ name }) => name)
      .filter((name) => name !== 'background'),
    gsd: properties.gsd,
    licence: properties.license ?? '',
    data: properties['cairn:data'],
    bbox,
    metrics: properties['cairn:metrics'] ?? {},
    picture: picture === undefined ? undefined : ownPath(picture.href),
    example: exampleOf(examples.filter(({ version }) => version === id)),
    approval: approvals.get(id),
  };
}

/** The first picture of the examples on the data that a version was trained on, else of the newest. */
function exampleOf(sets: readonly ExampleSet[]): ModelChoice['example'] {
  const set = sets.find(({ relation }) => relation === 'same') ?? sets[0];
  const picture = set?.pictures[0];
  return set === undefined || picture === undefined ? undefined : { picture, title: set.title };
}

function rank({ stage }: ModelChoice): number {
  return stage === 'production' ? 0 : 1;
}
