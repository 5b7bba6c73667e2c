import { factTitle } from './fact.ts';
import { isObject, member } from './json.ts';
import type { Known } from './kind.ts';

/** What a reader is told about how a fact is known. */
export const KNOWN_WORDS: Readonly<Record<Known, string>> = {
  witnessed: 'witnessed here',
  imported: 'told by the record that came with the shipped version, not witnessed here',
};

const LONGEST = 160;
// Control characters and changes of writing direction could make a terminal show another sentence.
const DECEPTIVE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A text from a file, safe to print: deceptive characters replaced, cut to 160 characters. */
export function plain(text: string): string {
  const shown = text.slice(0, LONGEST * 2).replace(DECEPTIVE, '\ufffd');
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

function json(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function describeObject(name: string, value: Record<string, unknown>): string {
  const part = (inner: string): string => {
    const found = member(value, inner);
    return typeof found === 'string' ? found : json(found);
  };
  switch (name) {
    case 'codeCommit': {
      const folder = part('path') === '' ? 'the root of its repository' : `folder ${part('path')}`;
      return member(value, 'commit') === null
        ? `none, because ${part('reason')} (${folder})`
        : `${part('commit')} (${folder})`;
    }
    case 'datasetDigest':
      return member(value, 'dvcMd5') === null ? part('digest') : `${part('digest')} (DVC: ${part('dvcMd5')})`;
    case 'approver': {
      const own = member(value, 'selfApproved') === true ? ', of their own work' : '';
      return `${part('name')}, at ${part('at')}${own}: ${part('reason')}`;
    }
    case 'features':
      return `${part('count')}, manifest ${part('manifest')}`;
    case 'reproduction': {
      const differs = member(value, 'differences');
      const [first] = Array.isArray(differs) ? (differs as unknown[]) : [];
      const verdict = member(value, 'same') === true ? 'gives the same weights again' : 'gives other weights';
      return `run ${part('run')} ${verdict}${typeof first === 'string' ? `; ${first}` : ''}`;
    }
    case 'comparison':
      return `${part('matched')} found by both, ${part('missing')} missed, ${part('added')} added; beside ${part('version')} in ${part('prediction')}`;
    case 'shadow':
      return `${part('version')}, at a share of ${part('share')}`;
    case 'inputTensors':
    case 'outputTensors':
      return describeTensors(member(value, 'tensors'));
    default:
      return json(value);
  }
}

function describeTensors(tensors: unknown): string {
  const list: unknown[] = Array.isArray(tensors) ? tensors : [];
  const words = list.filter(isObject).map((tensor) => {
    const [name, datatype, digest] = ['name', 'datatype', 'digest'].map((part) => String(member(tensor, part)));
    return `${name} ${datatype} ${json(member(tensor, 'shape'))} ${digest}`;
  });
  return words.join(', ');
}

function describeLicence(value: unknown): string {
  return isObject(value) ? `${String(member(value, 'title'))} (${String(member(value, 'licence'))})` : json(value);
}

/** A fact's value as a reader sees it; safe to print. */
export function describeValue(name: string, value: unknown): string {
  if (typeof value === 'string') return plain(value);
  if (name === 'areaKm2') return plain(`${json(value)} km²`);
  if (Array.isArray(value)) {
    const all = value.map((one) =>
      name === 'licences' ? describeLicence(one) : typeof one === 'string' ? one : json(one),
    );
    return plain(
      all.length > 2 ? `${all.slice(0, 2).join(', ')} and ${all.length - 2} more` : all.join(', ') || 'none',
    );
  }
  return plain(isObject(value) ? describeObject(name, value) : json(value));
}

/** "The dataset digest": a fact's name at the head of a sentence; safe to print. */
export function theFact(name: string): string {
  return `The ${plain(factTitle(name))}`;
}
