/** An address with `…` for every value of its query, where keys and signatures stand. */
export function maskedAddress(url: URL): string {
  const { protocol, host, pathname, searchParams } = url;
  const names = [...searchParams.keys()].map((name) => `${encodeURIComponent(name)}=…`);
  return `${protocol}//${host}${pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
