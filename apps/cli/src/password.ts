import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CairnError } from '@cairn/contracts';

/**
 * Asks for a password: at a terminal without showing what is typed, else the next line of standard input. Never an argument,
 * which every program on the machine could read.
 * @param questions one answer each, in this order
 * @throws CairnError `input-invalid` where the input ends before.
 */
export async function askSecrets(questions: readonly string[]): Promise<string[]> {
  const live = process.stdin.isTTY;
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden, terminal: live });
  const answers: string[] = [];
  try {
    const given = lines[Symbol.asyncIterator]();
    for (const question of questions) {
      if (live) process.stderr.write(`${question}: `);
      const { value, done } = (await given.next()) as IteratorResult<string, undefined>;
      if (live) process.stderr.write('\n');
      if (done === true) {
        throw new CairnError('input-invalid', `No answer came to "${question}".`, {
          where: 'standard input',
          action: 'Type it at a terminal, or give one line for each question on standard input.',
        });
      }
      answers.push(value);
    }
  } finally {
    lines.close();
  }
  return answers;
}

/**
 * Asks for a new password; at a terminal twice.
 * @throws CairnError `input-invalid` where the two differ.
 */
export async function askNewPassword(account: string): Promise<string> {
  const questions = [`New password of ${account}`, ...(process.stdin.isTTY ? ['Once more'] : [])];
  const [password = '', again = password] = await askSecrets(questions);
  if (password === again) return password;
  throw new CairnError('input-invalid', 'The two passwords differ.', { where: 'password', action: 'Try again.' });
}
