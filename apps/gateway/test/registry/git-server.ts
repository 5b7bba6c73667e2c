import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of the repositories below a folder: Git's own, behind HTTP on this machine. */
export async function openGitServer(root: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push(url.pathname);
    if (url.pathname.startsWith('/moved/')) {
      response.writeHead(302, { location: url.href.replace('/moved/', '/') }).end();
      return;
    }
    const git = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    request.pipe(git.stdin);
    git.stdin.on('error', () => undefined);
    let head = Buffer.alloc(0);
    let answered = false;
    git.stdout.on('data', (bytes: Buffer) => {
      if (answered) {
        response.write(bytes);
        return;
      }
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      answered = true;
      const lines = head.subarray(0, end).toString().split('\r\n');
      const headers = new Map(lines.map((line) => line.split(': ', 2) as [string, string]));
      const status = Number(headers.get('Status')?.slice(0, 3) ?? 200);
      headers.delete('Status');
      response.writeHead(status, Object.fromEntries(headers));
      response.write(head.subarray(end + 4));
    });
    git.stdout.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    /** Paths that were asked for. */
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
