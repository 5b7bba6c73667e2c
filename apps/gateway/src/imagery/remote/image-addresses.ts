import { CairnError } from '@cairn/contracts';
import { AwsClient } from 'aws4fetch';
import type { ImageStore } from '../../config.ts';
import { ImageHosts } from '../http/image-hosts.ts';
import { ImageServers } from '../http/image-servers.ts';
import { placeOf } from '../../outbound/hosts.ts';
import { maskedAddress } from './masked.ts';

/** Where an image is asked for. */
export interface ImageAddress {
  url: URL;
  /** The address as people and files are told it, without its secrets. */
  shown: string;
  servers: ImageServers;
  /** Headers that let a request for `url` in. */
  authorise: () => Promise<Record<string, string>>;
}

/**
 * Reads addresses of images: `http(s)://…`, and `s3://BUCKET/KEY`, which is a bucket of the configured store where that lists it,
 * else a public one of AWS. Only the listed buckets are read with the gateway's keys, whoever asks.
 */
export class ImageAddresses {
  readonly #servers: ImageServers;
  readonly #store: (ImageStore & { servers: ImageServers; client: AwsClient }) | undefined;

  /** @param options.store the store whose listed buckets are read with its keys; null: there is none. */
  constructor(options: { servers: ImageServers; store: ImageStore | null }) {
    const { servers, store } = options;
    this.#servers = servers;
    if (store === null) return;
    // The owner has named the store, so it may lie anywhere; callers reach its listed buckets alone.
    const hosts = new ImageHosts({ allowed: [placeOf(new URL(store.endpoint))] });
    const { accessKey: accessKeyId, secretKey: secretAccessKey, region } = store;
    const client = new AwsClient({ service: 's3', region, accessKeyId, secretAccessKey });
    this.#store = { ...store, servers: new ImageServers({ hosts }), client };
  }

  /** @throws CairnError `input-invalid` for what is no such address; it is not repeated, since it may hold a key. */
  read(href: string): ImageAddress {
    if (!URL.canParse(href)) throw refused('The address of the image is none.');
    const url = new URL(href);
    if (url.protocol === 's3:') return this.#stored(href, url);
    return { url, shown: maskedAddress(url), servers: this.#servers, authorise: () => Promise.resolve({}) };
  }

  #stored(href: string, { hostname: bucket, pathname, search }: URL): ImageAddress {
    const key = pathname.split('/').map((part) => encodeURIComponent(decoded(part)));
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || pathname.length < 2 || search !== '') {
      throw refused('The address names no object of a bucket.');
    }
    const store = this.#store;
    if (store?.buckets.includes(bucket) !== true) {
      const root = bucket.includes('.') ? `s3.amazonaws.com/${bucket}` : `${bucket}.s3.amazonaws.com`;
      const url = new URL(`https://${root}${key.join('/')}`);
      return { url, shown: href, servers: this.#servers, authorise: () => Promise.resolve({}) };
    }
    const url = new URL(`${store.endpoint.replace(/\/$/, '')}/${bucket}${key.join('/')}`);
    const authorise = async (): Promise<Record<string, string>> => {
      const { headers } = await store.client.sign(url.href, { method: 'GET' });
      return Object.fromEntries(headers);
    };
    return { url, shown: href, servers: store.servers, authorise };
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function refused(what: string): CairnError {
  return new CairnError('input-invalid', what, {
    where: '/inputs/remote/href',
    action: 'Give https://HOST/PATH.tif, or s3://BUCKET/PATH.tif.',
  });
}
