import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { Dialog, DropZone, Heading, Modal, ModalOverlay, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { toIdentifier, type ProcessInput } from '@cairn/contracts';
import { type ImageryChoice, imageryKey } from '../catalog/imagery.ts';
import { gateway, type Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { Problem } from '../shell/Problem.tsx';
import { type AreaGeometry, boxOf } from './area.ts';
import { tilesIn, zoomFor } from './tiles.ts';
import { uploadFile } from './upload.ts';
import './add-imagery.css';

interface Props {
  known: readonly ImageryChoice[];
  /** Metres a pixel that the model was trained at. */
  gsd: number;
  view: Bbox | undefined;
  area: AreaGeometry | undefined;
  /** A file that is there already. */
  brought: File | undefined;
  onAdded: (id: string) => void;
  onClose: () => void;
}

type Source = Pick<ProcessInput<'add-imagery'>, 'files' | 'template'>;
type Work = (tell: (words: string) => void, signal: AbortSignal) => Promise<Source>;

/** Brings imagery to the catalogue: a GeoTIFF of the reader's, or the map tiles of an area. */
export default function AddImagery({ known, gsd, view, area, brought, onAdded, onClose }: Props) {
  const { say, formats } = useWords();
  const queries = useQueryClient();
  const [doing, setDoing] = useState('');
  const controller = useRef(new AbortController());
  useEffect(() => {
    const current = new AbortController();
    controller.current = current;
    return () => current.abort();
  }, []);
  const added = useMutation({
    mutationFn: async ({ form, work }: { form: FormData; work: Work }) => {
      const { signal } = controller.current;
      const title = textOf(form, 'title');
      const id = freeId(title, known);
      const attribution = textOf(form, 'attribution');
      const source = await work(setDoing, signal);
      const label = { id, title, licence: textOf(form, 'licence'), ...(attribution === '' ? {} : { attribution }) };
      await gateway.run(
        'add-imagery',
        { ...label, ...source },
        ({ progress }) => setDoing(say('imagery.adding', { share: formats.percent(progress / 100) })),
        signal,
      );
      await queries.invalidateQueries({ queryKey: imageryKey });
      return id;
    },
    onSuccess: onAdded,
  });
  const box = area === undefined ? view : boxOf(area);
  const shared = (
    <>
      {added.isError ? <Problem error={added.error} /> : null}
      <div className="choices">
        <button className="button" disabled={added.isPending}>
          {say('imagery.addIt')}
        </button>
        <button type="button" className="button plain" onClick={onClose}>
          {say('dialog.cancel')}
        </button>
        <span role="status">{added.isPending ? doing : ''}</span>
      </div>
    </>
  );
  const submit = (work: (form: FormData) => Work) => (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    added.mutate({ form, work: work(form) });
  };
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      className="overlay"
      isDismissable={!added.isPending}
    >
      <Modal className="modal">
        <Dialog>
          <Heading slot="title">{say('imagery.title')}</Heading>
          <Tabs>
            <TabList aria-label={say('imagery.from')} className="tabs">
              <Tab id="file">{say('imagery.file')}</Tab>
              <Tab id="tiles">{say('imagery.tiles')}</Tab>
            </TabList>
            <TabPanel id="file">
              <FileForm brought={brought} onSubmit={submit}>
                {shared}
              </FileForm>
            </TabPanel>
            <TabPanel id="tiles">
              <TilesForm box={box} gsd={gsd} onSubmit={submit}>
                {shared}
              </TilesForm>
            </TabPanel>
          </Tabs>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface FormProps {
  onSubmit: (work: (form: FormData) => Work) => (event: SubmitEvent<HTMLFormElement>) => void;
  children: ReactNode;
}

function FileForm({ brought, onSubmit, children }: FormProps & { brought: File | undefined }) {
  const { say, formats } = useWords();
  const [file, setFile] = useState(brought);
  const work = (): Work => async (tell, signal) => {
    const picked = file!;
    const share = (part: number) => tell(say('imagery.uploading', { share: formats.percent(part) }));
    share(0);
    const { digest } = await uploadFile(picked, share, signal);
    return { files: [{ path: picked.name, digest }] };
  };
  return (
    <form className="form" onSubmit={onSubmit(work)}>
      <DropZone
        className="drop"
        aria-label={say('imagery.drop')}
        onDrop={({ items }) => {
          const dropped = items.find((item) => item.kind === 'file');
          void dropped?.getFile().then(setFile);
        }}
      >
        <p>{file === undefined ? say('imagery.drop') : `${file.name} · ${formats.megabytes(file.size)}`}</p>
        <FileButton
          words={say('imagery.choose')}
          accept=".tif,.tiff,image/tiff"
          required={file === undefined}
          onFile={setFile}
        />
      </DropZone>
      <LabelFields suggested={file?.name.replace(/\.[^.]+$/, '') ?? ''} key={file?.name} />
      {children}
    </form>
  );
}

function TilesForm({ box, gsd, onSubmit, children }: FormProps & { box: Bbox | undefined; gsd: number }) {
  const { say } = useWords();
  const [zoom, setZoom] = useState(() => zoomFor(gsd, box === undefined ? 0 : (box[1] + box[3]) / 2));
  const count = box === undefined ? 0 : tilesIn(box, zoom);
  const work =
    (form: FormData): Work =>
    () =>
      Promise.resolve({ template: { href: textOf(form, 'href'), zoom, bbox: box! } });
  return (
    <form className="form" onSubmit={onSubmit(work)}>
      <label>
        {say('imagery.address')}
        <input name="href" dir="ltr" required type="text" placeholder="https://…/{z}/{x}/{y}.png" spellCheck={false} />
      </label>
      <label>
        {say('imagery.zoom')}
        <input
          type="number"
          min={0}
          max={23}
          required
          value={zoom}
          onChange={(event) => setZoom(Number(event.target.value))}
        />
      </label>
      <p className="quiet small">{box === undefined ? say('imagery.noArea') : say('imagery.count', { count })}</p>
      <LabelFields suggested="" />
      {children}
    </form>
  );
}

/** What nobody can read from pixels: how the imagery is called, and on which terms it is there. */
function LabelFields({ suggested }: { suggested: string }) {
  const { say } = useWords();
  return (
    <>
      <label>
        {say('imagery.name')}
        <input name="title" required maxLength={200} defaultValue={suggested} />
      </label>
      <label>
        {say('imagery.licence')}
        <input name="licence" dir="ltr" required maxLength={100} list="licences" spellCheck={false} />
      </label>
      <datalist id="licences">
        {['CC-BY-4.0', 'CC-BY-SA-4.0', 'CC0-1.0', 'CC-BY-NC-4.0'].map((licence) => (
          <option key={licence} value={licence} />
        ))}
      </datalist>
      <label>
        {say('imagery.attribution')}
        <input name="attribution" maxLength={1000} />
      </label>
    </>
  );
}

/** An id for the catalogue that is free: content of one id never changes. */
function freeId(title: string, known: readonly ImageryChoice[]): string {
  const base = toIdentifier(title);
  const taken = new Set(known.map(({ id }) => id));
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
