// Writes docs/client-reference from the declarations of the client, by TypeDoc. With --check it writes nothing,
// and fails if the folder is out of date. TypeDoc needs the API of TypeScript 6, which is installed beside it in
// packages/client: TypeScript 7 has none.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildClient } from './client.ts'

const root = join(import.meta.dirname, '..')
const committed = join(root, 'docs/client-reference')
const require = createRequire(join(root, 'packages/client/package.json'))
const typedoc = join(dirname(require.resolve('typedoc/package.json')), 'bin/typedoc')

const settings = {
  plugin: [require.resolve('typedoc-plugin-markdown')],
  outputFileStrategy: 'modules',
  readme: 'none',
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: 'table',
  // Numbered names of headings would not always be those that a viewer gives them.
  useHTMLAnchors: true,
  sort: ['alphabetical'],
  treatWarningsAsErrors: true,
  logLevel: 'Warn',
}

const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2022', 'dom'],
  types: [],
  strict: true,
}

/** @returns name of the page → its text */
async function writeReference(work: string): Promise<Record<string, string>> {
  const [declarations, out] = [join(work, 'dist'), join(work, 'out')]
  await buildClient(declarations)
  const entryPoints = ['index', 'react', 'element'].map((name) =>
    join(declarations, `${name}.d.ts`),
  )
  const tsconfig = join(work, 'tsconfig.json')
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: entryPoints }))
  // The page that lists the entries is named by it.
  cpSync(join(root, 'packages/client/package.json'), join(work, 'package.json'))
  const options = join(work, 'typedoc.json')
  writeFileSync(options, JSON.stringify({ ...settings, entryPoints, tsconfig, out }))
  execFileSync(process.execPath, [typedoc, '--options', options], { cwd: work, stdio: 'inherit' })
  return pagesOf(out)
}

function pagesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

mkdirSync(join(root, 'dist'), { recursive: true })
const work = mkdtempSync(join(root, 'dist/client-reference-'))
try {
  const pages = await writeReference(work)
  if (process.argv.includes('--check')) {
    if (JSON.stringify(pages) !== JSON.stringify(pagesOf(committed))) {
      console.error('docs/client-reference is out of date: run `npm run docs` and read the diff.')
      process.exitCode = 1
    }
  } else {
    rmSync(committed, { recursive: true, force: true })
    mkdirSync(committed)
    for (const [name, text] of Object.entries(pages)) writeFileSync(join(committed, name), text)
  }
} finally {
  rmSync(work, { recursive: true })
}
