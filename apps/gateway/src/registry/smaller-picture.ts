import { CairnError } from '@cairn/contracts';
import sharp from 'sharp';
import { Type } from 'typebox';

/** How wide a picture is wanted. */
export const PictureWidth = Type.Optional(
  Type.Union([Type.Literal(320), Type.Literal(640), Type.Literal(1280)], {
    description: 'a picture as WebP of at most so many pixels across, as on a card',
  }),
);

/**
 * A picture for a small place, as WebP: it is drawn for print, and a slow line has better to carry.
 * @param width pixels at most
 * @param where how the picture is called
 * @throws CairnError `not-found` where the bytes are no PNG or JPEG
 */
export async function smallerPicture(bytes: Uint8Array, width: number, where: string): Promise<Buffer> {
  try {
    const picture = sharp(bytes);
    const { format } = await picture.metadata();
    if (format !== 'png' && format !== 'jpeg') throw new Error(`It is of the form ${format}.`);
    return await picture.resize({ width, withoutEnlargement: true }).webp({ quality: 80 }).toBuffer();
  } catch (cause) {
    throw new CairnError('not-found', `${where} is no picture that can be drawn smaller.`, {
      where,
      action: 'Ask for it without "width".',
      cause,
    });
  }
}
