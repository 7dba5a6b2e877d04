// Bundles the chat page into dist/assets: one script and one style sheet, named by their content so
// that they can be cached for ever, and the page that names them.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { countedIcons } from './counted-icons.ts'

const from = join(dirname(fileURLToPath(import.meta.url)), '../src/web')

/** The folder of files that are named by their content, below the assets. */
export const pageFolder = 'page'

/** The page loads scripts and images from this origin, and connects to this origin alone. */
export const pagePolicy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const targets = ['chrome114', 'firefox125', 'safari17']

/** @param assets the folder that is served */
export async function buildPage(assets: string): Promise<void> {
  const outdir = join(assets, pageFolder)
  const { metafile } = await build({
    entryPoints: ['main.ts', 'first-paint.ts', 'styles/page.css', 'icon.svg'].map((file) =>
      join(from, file),
    ),
    outdir,
    outbase: from,
    entryNames: '[name]-[hash]',
    loader: { '.svg': 'copy' },
    bundle: true,
    minify: true,
    format: 'iife',
    charset: 'utf8',
    sourcemap: 'linked',
    target: targets,
    metafile: true,
    logLevel: 'warning',
  })
  let page = readFileSync(join(from, 'index.html'), 'utf8')
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined) continue
    const named = entryPoint.slice(entryPoint.indexOf('src/web/') + 'src/web/'.length)
    const before = page
    page = page.replaceAll(`"${named}"`, `"/${pageFolder}/${basename(file)}"`)
    if (page === before) throw new Error(`src/web/index.html does not name ${named}`)
  }
  const { pattern, files } = countedIcons(readFileSync(join(from, 'icon.svg'), 'utf8'))
  for (const [name, icon] of files) writeFileSync(join(outdir, name), icon)
  page = page.replace('"counted-icons"', `"/${pageFolder}/${pattern}"`)
  writeFileSync(join(assets, 'index.html'), page)
  // Last, so that a page that is served meanwhile finds the files that it names.
  const made = new Set([
    ...Object.keys(metafile.outputs).map((file) => basename(file)),
    ...files.keys(),
  ])
  for (const file of readdirSync(outdir)) if (!made.has(file)) rmSync(join(outdir, file))
}
