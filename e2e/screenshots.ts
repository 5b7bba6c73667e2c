import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { openBrowser } from './src/browser.ts';
import { repository } from './src/cairn.ts';
import { demoHome } from './src/demo-home.ts';
import { Film } from './src/film.ts';
import { up } from './src/gateway.ts';
import { imagesShown } from './src/still.ts';
import { Visit, type Visitor } from './src/visit.ts';

// Makes the pictures of the README and the docs from the running program, on the generated scene: make screenshots.
const images = join(repository, 'docs', 'images');
/** Nearly the whole scene: an area that the demo has not asked for. */
const area = '86.069,15.3757,86.0745,15.381';
/** Another one, for the animated picture. */
const filmed = '86.0691,15.3758,86.0744,15.3809';

await mkdir(images, { recursive: true });
const demo = await demoHome();
if (demo.ended.code !== 0) throw new Error(demo.ended.stderr);
const cairn = await up({ home: demo.home });
const browser = await openBrowser();

const picture = async ({ page }: Visit, name: string): Promise<void> => {
  // Asked from outside: the page's own rules let no text be run in it, as waiting within it does.
  while (!(await page.evaluate<boolean>(imagesShown))) await pause(100);
  await sharp(await page.screenshot())
    .webp({ quality: 80 })
    .toFile(join(images, `${name}.webp`));
};
const visit = (visitor: Visitor): Promise<Visit> => Visit.begin(browser, cairn, visitor);

try {
  const [{ id }] = await cairn.client.get<[{ id: string }]>('/predictions');
  const mapper = await visit({ width: 1440, height: 860 });
  await mapper.mapDrawn();
  await picture(mapper, 'discover');
  await mapper.open('/models/building-detector');
  await mapper.page.getByRole('img').first().waitFor();
  await mapper.mapDrawn();
  await picture(mapper, 'model');
  await mapper.open(`/predict?area=${encodeURIComponent(area)}`);
  await mapper.page.getByText(/Takes about/).waitFor();
  await mapper.mapDrawn();
  await picture(mapper, 'predict');
  await mapper.page.getByRole('button', { name: 'Find buildings' }).click();
  // By then the image is there, too.
  await mapper.page.getByText(/[2-6]\d\d buildings so far/).waitFor({ timeout: 90_000 });
  await picture(mapper, 'live');
  await mapper.open(`/predictions/${id}`);
  await mapper.page.getByText('The receipt holds').waitFor();
  await mapper.mapDrawn();
  await picture(mapper, 'prediction');
  await mapper.open(`/predictions/${id}/trail`);
  await mapper.page.getByText('Nothing of this was taken back').waitFor();
  await picture(mapper, 'trail');
  await mapper.open(`/predictions/${id}?swipe=0.5&least=0.5`);
  await mapper.mapDrawn();
  await picture(mapper, 'prediction-swipe');
  await mapper.page.getByRole('button', { name: 'Review by keyboard' }).click();
  for (const key of ['a', 'a', 'r', 'a']) await mapper.page.keyboard.press(key);
  await mapper.page.getByText('Of 4 that were looked at').waitFor();
  await mapper.mapDrawn();
  await picture(mapper, 'prediction-review');

  const guest = await visit({ width: 1120, height: 700 });
  const film = new Film(guest.page);
  await guest.page.getByRole('listitem').first().waitFor();
  await guest.mapDrawn();
  await film.hold(1.5);
  await guest.page.getByRole('link', { name: 'Find buildings', exact: true }).last().click();
  await guest.mapDrawn();
  await film.hold(1.2);
  await guest.page.getByText('Paste coordinates or upload a file').click();
  await guest.page.getByLabel(/GeoJSON, or west/).fill(filmed);
  await film.hold(0.8);
  await guest.page.getByRole('button', { name: 'Use it' }).click();
  await guest.page.getByText(/Takes about/).waitFor();
  await guest.mapDrawn();
  await film.hold(1.5);
  await guest.page.getByRole('button', { name: 'Find buildings' }).click();
  await guest.page.waitForURL(/#\/jobs\//);
  await guest.page.locator('.map canvas').waitFor();
  await film.follow(() => /#\/predictions\//.test(guest.page.url()));
  await guest.page.getByText('The receipt holds').waitFor();
  await guest.mapDrawn();
  await film.hold(3);
  await film.save(join(images, 'first-prediction.webp'));

  await mapper.open('/blueprint?part=seldon');
  await mapper.page.getByText('Why it was chosen').waitFor();
  await picture(mapper, 'blueprint');
  await mapper.open('/operate/costs?by=jobs');
  await mapper.page.getByRole('table').waitFor();
  await picture(mapper, 'costs');

  await mapper.open('/approve/building-detector?version=1');
  await mapper.page.getByText('What do you decide?').waitFor();
  await picture(mapper, 'approve');
  await mapper.open('/datasets/scene');
  await mapper.page.getByText(/^Dashed:/).waitFor();
  await mapper.mapDrawn();
  await picture(mapper, 'dataset');
  await mapper.open('/train?model=building-detector');
  await mapper.page.getByLabel('Steps').waitFor();
  await picture(mapper, 'train');

  const phone = await visit({ width: 390, height: 844 });
  await phone.open(`/predictions/${id}`);
  await phone.page.getByText('The receipt holds').waitFor();
  await phone.mapDrawn();
  await picture(phone, 'prediction-phone');
  const arabic = await visit({ width: 390, height: 844, language: 'ar' });
  // The map, below the cards, begins when it is seen.
  await arabic.page.getByRole('listitem').first().waitFor();
  await picture(arabic, 'discover-phone-arabic');
} finally {
  await browser.close();
  await cairn.stop();
  await demo.remove();
}
