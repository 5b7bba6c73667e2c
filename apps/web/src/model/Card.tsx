import { marked, type Token, type Tokens } from 'marked';
import { Fragment, type ReactNode } from 'react';

/**
 * A model's card, which is Markdown. Cards come with packages, from anybody: nothing of them becomes HTML, only the elements
 * named here, and a link leads on only to the web.
 */
export default function Card({ text }: { text: string }) {
  return (
    <div className="markdown" lang="en" dir="auto">
      {blocks(marked.lexer(text))}
    </div>
  );
}

function blocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token)}</Fragment>);
}

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'heading': {
      // The page has its own first and second headings.
      const Heading = (['h3', 'h3', 'h4', 'h5', 'h6', 'h6'] as const)[(token as Tokens.Heading).depth - 1] ?? 'h6';
      return <Heading>{inline((token as Tokens.Heading).tokens)}</Heading>;
    }
    case 'paragraph':
      return <p>{inline((token as Tokens.Paragraph).tokens)}</p>;
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      const List = ordered ? 'ol' : 'ul';
      return (
        <List>
          {items.map((item, index) => (
            <li key={index}>{blocks(item.tokens)}</li>
          ))}
        </List>
      );
    }
    case 'table':
      return table(token as Tokens.Table);
    case 'code':
      return (
        <pre dir="ltr" tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case 'hr':
      return <hr />;
    case 'space':
      return null;
    default:
      return inline([token]);
  }
}

function table({ header, rows }: Tokens.Table): ReactNode {
  const titled = header.some(({ text }) => text !== '');
  return (
    <div className="table-scroll" tabIndex={0}>
      <table>
        {titled ? (
          <thead>
            <tr>
              {header.map(({ tokens }, index) => (
                <th key={index} scope="col">
                  {inline(tokens)}
                </th>
              ))}
            </tr>
          </thead>
        ) : null}
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map(({ tokens }, index) => (
                <td key={index}>{inline(tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{words(token)}</Fragment>);
}

function words(token: Token): ReactNode {
  const inner = 'tokens' in token ? inline(token.tokens ?? []) : undefined;
  switch (token.type) {
    case 'strong':
      return <strong>{inner}</strong>;
    case 'em':
      return <em>{inner}</em>;
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>;
    case 'br':
      return <br />;
    case 'link': {
      const { href } = token as Tokens.Link;
      return /^https?:/.test(href) ? <a href={href}>{inner}</a> : inner;
    }
    default:
      return inner ?? ('text' in token ? String(token.text) : token.raw);
  }
}
