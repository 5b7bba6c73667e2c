import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnClient } from '@cairn/contracts';
import { generateKey, signBundle, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { PostgresDatabase } from '../../src/db/postgres/database.ts';
import { claimSigningKey } from '../../src/identity/signing-key.ts';
import { startServer, type TestServer, whyNoServer } from '../db/postgres-server.ts';
import { tools } from '../db/template.ts';
import { type GatewayProgram, startProgram } from './gateway-program.ts';

const reason = whyNoServer();

describe.skipIf(reason !== undefined)(
  `two gateways on one database${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    const key = generateKey();
    const credentials = {
      CAIRN_SIGNING_KEY: writePrivateKey(key).replaceAll('\n', ''),
      CAIRN_OWNER_TOKEN: `cairn_${randomBytes(32).toString('base64url')}`,
    };
    let server: TestServer;
    let folder = '';
    let gateways: readonly GatewayProgram[] = [];
    const start = (name: string, settings: Record<string, string>): Promise<GatewayProgram> =>
      startProgram(join(folder, name), { CAIRN_DATABASE_URL: server.url, ...settings });
    const as = (gateway: GatewayProgram, token = credentials.CAIRN_OWNER_TOKEN): CairnClient =>
      new CairnClient({ address: gateway.address, token });

    beforeAll(async () => {
      server = await startServer();
      folder = await mkdtemp(join(tmpdir(), 'cairn-two-'));
      // At once, and on an empty database: as the pods of a first installation.
      const logs = { CAIRN_LOG: 'info' };
      gateways = await Promise.all([
        start('one', { ...credentials, ...logs }),
        start('two', { ...credentials, ...logs, CAIRN_LOG_TO: 'stderr' }),
      ]);
    });
    afterAll(async () => {
      await Promise.all(gateways.map((gateway) => gateway.end()));
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('sign with one key, which lies in no state folder, and know one owner', async () => {
      for (const [i, name] of (['one', 'two'] as const).entries()) {
        expect(await as(gateways[i]!).publicKey()).toBe(writePublicKey(key.publicKey));
        expect(await readFile(join(folder, name, 'keys/cairn.pub'), 'utf8')).toBe(writePublicKey(key.publicKey));
        await expect(readFile(join(folder, name, 'keys/cairn.key'))).rejects.toMatchObject({ code: 'ENOENT' });
        // The command line in a pod reads it there.
        expect((await readFile(join(folder, name, 'token'), 'utf8')).trim()).toBe(credentials.CAIRN_OWNER_TOKEN);
        expect(await as(gateways[i]!).session()).toMatchObject({ id: 'owner' });
      }
    });

    test('log where they are told to, and no secret', async () => {
      const file = (name: string) => readFile(join(folder, name, 'logs/gateway.log'), 'utf8');
      for (const log of [await file('one'), gateways[1]!.said()]) {
        expect(log).toContain('"msg":"Server listening at http://');
        expect(log).not.toContain(credentials.CAIRN_OWNER_TOKEN);
      }
      expect(gateways[0]!.said()).toBe('');
      await expect(file('two')).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('let in at one whom the other has given a token', async () => {
      const { token } = await as(gateways[0]!).issueToken({ name: 'a program', days: 1 });
      expect(await as(gateways[1]!, token).session()).toMatchObject({ id: 'owner' });
    });

    test('tell the same log of a job, whichever runs it and whichever is asked', async () => {
      const [one, two] = [as(gateways[0]!), as(gateways[1]!)];
      // Its bytes were never sent.
      const files = [{ path: 'a.tif', digest: `sha256:${'0'.repeat(64)}` }];
      const { jobID } = await one.execute('add-imagery', {
        id: 'never-sent',
        title: 'Never sent',
        licence: 'CC-BY-4.0',
        files,
      });
      const [told, toldByTwo] = await Promise.all(
        [one, two].map(async (client) => {
          const lines: { id: string; line: string }[] = [];
          for await (const event of client.followJob(jobID)) {
            if (event.event === 'log') lines.push({ id: event.id, line: event.line });
          }
          return lines;
        }),
      );
      expect(told![0]!.line).toContain('add-imagery started, attempt 1');
      expect(told!.at(-1)!.line).toContain('failed: ');
      expect(toldByTwo).toEqual(told);
      const text = told!.map(({ line }) => `${line}\n`).join('');
      expect([await one.jobLog(jobID), await two.jobLog(jobID)]).toEqual([text, text]);
      const rest: string[] = [];
      for await (const event of two.followJob(jobID, told![0]!.id)) {
        if (event.event === 'log') rest.push(event.line);
      }
      expect(rest).toEqual(told!.slice(1).map(({ line }) => line));
    });

    test('keep off a third that would sign with a key of its own, and go on', async () => {
      await expect(start('three', {})).rejects.toMatchObject({
        code: 'signing-key-differs',
        where: join(folder, 'three/keys/cairn.key'),
        detail: expect.stringContaining(key.publicKey.keyid) as string,
        action: expect.stringContaining('CAIRN_SIGNING_KEY') as string,
      });
      expect(await as(gateways[0]!).session()).toMatchObject({ id: 'owner' });
    });

    test('are held to the key of the last receipt where an earlier Cairn made the database', async () => {
      const root = await PostgresDatabase.open({ url: server.url });
      await root.query('create database earlier');
      await root.close();
      const database = await PostgresDatabase.open({ url: server.url.replace(/postgres$/, 'earlier') });
      const migrations = await readMigrations(tools);
      const before = migrations.findIndex(({ name }) => name === '0024-signing-key');
      await migrate(database, migrations.slice(0, before));
      const receipts = [generateKey(), key].map((one, i) => [String(i), signBundle(new Uint8Array(), one)]);
      for (const [digest, bundle] of receipts) {
        await database.query(
          "insert into cairn.receipt (digest, kind, subject, bundle) values ($1, 'dataset', 'x', $2)",
          [digest, bundle],
        );
      }
      await migrate(database, migrations);
      const source = 'keys/cairn.key';
      await claimSigningKey(database, { keyid: key.publicKey.keyid, source });
      const other = { keyid: generateKey().publicKey.keyid, source };
      await expect(claimSigningKey(database, other)).rejects.toMatchObject({ code: 'signing-key-differs' });
      await database.close();
    });

    test('are never given the key without the token', async () => {
      const { CAIRN_SIGNING_KEY } = credentials;
      await expect(start('three', { CAIRN_SIGNING_KEY })).rejects.toMatchObject({
        code: 'input-invalid',
        where: 'CAIRN_OWNER_TOKEN',
      });
    });
  },
);
