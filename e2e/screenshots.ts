import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from './src/browser.ts';
import { repository } from './src/cairn.ts';
import { demoHome } from './src/demo-home.ts';
import { up } from './src/gateway.ts';

// Makes the pictures of the README and the docs from the running program, on the generated scene: make screenshots.
const images = join(repository, 'docs', 'images');
await mkdir(images, { recursive: true });
const demo = await demoHome();
if (demo.ended.code !== 0) throw new Error(demo.ended.stderr);
const cairn = await up({ home: demo.home });
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 860 } });
  await page.goto(`${cairn.address}/#/?token=${cairn.token}`);
  await page
    .getByRole('link', { name: /buildings on/ })
    .first()
    .click();
  await page.getByText('The receipt holds').waitFor();
  await page.locator('.canvas[data-idle="true"]').waitFor({ timeout: 120_000 });
  await page.screenshot({ path: join(images, 'prediction.png') });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.getByText('The receipt holds').waitFor();
  await page.locator('.canvas[data-idle="true"]').waitFor({ timeout: 120_000 });
  await page.screenshot({ path: join(images, 'prediction-phone.png') });
} finally {
  await browser.close();
  await cairn.stop();
  await demo.remove();
}
