import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// Two walls of the house are held by lint: only compose.ts may import a concrete adapter, and only config.ts may read
// the environment. Everything else is the strict preset with type information.
const adapters = [
  '**/db/pglite/*',
  '**/db/postgres/*',
  '**/inference/backend/process/*',
  '**/inference/backend/seldon/*',
  '**/jobs/runner/process/*',
  '**/jobs/runner/argo/*',
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.tools/**', '.cairn*/**', 'models/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'],
    ignores: ['**/config.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'],
    ignores: ['**/main.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'Only main.ts exits.',
        },
      ],
    },
  },
  {
    files: ['apps/gateway/src/**/*.ts'],
    ignores: [
      'apps/gateway/src/compose.ts',
      'apps/gateway/src/db/pglite/**',
      'apps/gateway/src/db/postgres/**',
      'apps/gateway/src/inference/backend/process/**',
      'apps/gateway/src/inference/backend/seldon/**',
      'apps/gateway/src/jobs/runner/process/**',
      'apps/gateway/src/jobs/runner/argo/**',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: adapters, message: 'Only compose.ts imports adapters.' }] },
      ],
    },
  },
  {
    // The page speaks four languages: words come from language/messages.
    files: ['apps/web/src/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXElement:not([openingElement.name.name="code"]) > JSXText[value=/\\p{L}{2}/u]',
          message: 'Words come from language/messages, by say().',
        },
        {
          selector:
            'JSXAttribute[name.name=/^(aria-label|aria-description|alt|title|label)$/] > Literal[value=/\\p{L}/u]',
          message: 'Words come from language/messages, by say().',
        },
      ],
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
