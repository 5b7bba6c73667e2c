/** A library in one version and another. */
export interface LibraryDifference {
  recorded: string;
  found: string;
}

/** The first library, by name, whose version two lock files do not share; null where they name the same. */
export function libraryDifference(recorded: string | null, found: string | null): LibraryDifference | null {
  if (recorded === null || found === null) return null;
  const [before, after] = [librariesOf(recorded), librariesOf(found)];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [was, is] = [before.get(name), after.get(name)];
    if (was !== is) return { recorded: `${name} ${was ?? 'not there'}`, found: `${name} ${is ?? 'not there'}` };
  }
  return null;
}

/** Whether a lock file names a library. */
export function locks(lock: string, library: string): boolean {
  return librariesOf(lock).has(library);
}

/** Versions by name. A library that is named twice, for two platforms, has both. */
function librariesOf(lock: string): Map<string, string> {
  const libraries = new Map<string, string>();
  for (const [, name, version] of lock.matchAll(/^([A-Za-z0-9._-]+)(?:\[[^\]]*\])? *={2,3} *([^\s;\\]+)/gm)) {
    const known = libraries.get(name!);
    libraries.set(name!, known === undefined ? version! : `${known} or ${version}`);
  }
  return libraries;
}
