import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { LanguageProvider } from './language/LanguageProvider.tsx';
import { firstLanguage } from './language/languages.ts';
import { messagesQuery } from './language/messages.ts';
import { sessionQuery } from './session/session.ts';
import { Shell } from './shell/Shell.tsx';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/facts.css';
import './styles/parts.css';

const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 30_000 } } });

// Both are asked for before anything is drawn: the one would wait for the other. What goes wrong, those tell who use them.
void queries.query(messagesQuery(firstLanguage())).catch(() => undefined);
void queries.query(sessionQuery).catch(() => undefined);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider wordless={<Shell />}>
        <App />
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
