// Bundles the chat page into dist/assets: scripts, a style sheet and icons, named by their content so that they
// can be cached for ever, the page that names them, and what makes it an app. A part of the page that few people
// open is a script of its own: src/web imports it by `import()`. PAGE_LANGUAGE names the file with
// the texts: `de` is src/web/strings/de.json, and texts that it lacks are English.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import english from '../src/web/strings/en.json' with { type: 'json' }
import { buildAppShell } from './app-shell.ts'
import { bundleModules, bundleScript, type Script, targets } from './bundle-script.ts'
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
  // Of src/web/app/register-worker.ts.
  'trusted-types service-worker',
].join('; ')

/** It loads parts of the page when they are needed. */
const mainModule = 'main'
/** Runs before the first paint. */
const blockingScript = 'first-paint'
const scripts = [mainModule, blockingScript]
/** Without the icons of an installed page, which its system loads. */
const entries = ['styles/page.css', 'icon.svg']
const appIcons = ['192', 'maskable-512', 'apple-180'].map((name) => `icons/icon-${name}.png`)

type Texts = typeof english

/** @param language such as `de`, whose texts are a file */
function textsOf(language: string): Texts {
  const text = readFileSync(join(from, 'strings', `${language}.json`), 'utf8')
  return { ...english, ...JSON.parse(text) }
}

/** @returns the names of the files, which are written to the folder: all scripts and their source maps */
function writeScripts(files: ReadonlyMap<string, Script>, folder: string): string[] {
  return [...files].flatMap(([script, { code, map }]) => {
    const sourceMap = `${script}.map`
    writeFileSync(join(folder, script), `${code}//# sourceMappingURL=${sourceMap}\n`)
    writeFileSync(join(folder, sourceMap), map)
    return [script, sourceMap]
  })
}

/** @returns the script that the page names, and all files by their names */
async function scriptOf(name: string, texts: Texts) {
  const options = { entry: join(from, `${name}.ts`), texts }
  if (name === mainModule) return bundleModules(options)
  const script = await bundleScript(options)
  const hash = createHash('sha256').update(script.code).digest('hex').slice(0, 8)
  const entry = `${name}-${hash}.js`
  return { entry, files: new Map([[entry, script]]) }
}

/** @param assets the folder that is served */
export async function buildPage(
  assets: string,
  texts = textsOf(process.env.PAGE_LANGUAGE || 'en'),
): Promise<void> {
  const outdir = join(assets, pageFolder)
  const { metafile } = await build({
    entryPoints: [...entries, ...appIcons].map((file) => join(from, file)),
    outdir,
    outbase: from,
    entryNames: '[name]-[hash]',
    loader: { '.svg': 'copy', '.png': 'copy' },
    bundle: true,
    minify: true,
    charset: 'utf8',
    sourcemap: 'linked',
    target: targets,
    metafile: true,
    logLevel: 'warning',
  })
  /** Source → path below the assets. */
  const made = new Map<string, string>()
  const files = Object.keys(metafile.outputs).map((file) => basename(file))
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined) continue
    const named = entryPoint.slice(entryPoint.indexOf('src/web/') + 'src/web/'.length)
    made.set(named, `${pageFolder}/${basename(file)}`)
  }
  for (const name of scripts) {
    const script = await scriptOf(name, texts)
    files.push(...writeScripts(script.files, outdir))
    made.set(`${name}.ts`, `${pageFolder}/${script.entry}`)
  }
  let page = readFileSync(join(from, 'index.html'), 'utf8')
  page = page.replaceAll(/\{(\w+)\}/g, (_, name: keyof Texts) => String(texts[name]))
  page = page.replace('lang="en" dir="ltr"', `lang="${texts.language}" dir="${texts.direction}"`)
  for (const [named, path] of made) page = page.replaceAll(`"${named}"`, `"/${path}"`)
  for (const named of [...entries, ...scripts.map((name) => `${name}.ts`)])
    if (!page.includes(`"/${made.get(named)}"`))
      throw new Error(`src/web/index.html does not name ${named}`)
  const counted = countedIcons(readFileSync(join(from, 'icon.svg'), 'utf8'))
  for (const [name, icon] of counted.files) writeFileSync(join(outdir, name), icon)
  page = page.replace('"counted-icons"', `"/${pageFolder}/${counted.pattern}"`)
  writeFileSync(join(assets, 'index.html'), page)
  await buildAppShell({
    assets,
    icons: made,
    files: files
      .filter((file) => !/\.(?:map|png)$/.test(file))
      .map((file) => `${pageFolder}/${file}`),
    worker: join(from, 'app/service-worker.ts'),
    texts,
  })
  // Last, so that a page that is served meanwhile finds the files that it names.
  const kept = new Set([...files, ...counted.files.keys()])
  for (const file of readdirSync(outdir)) if (!kept.has(file)) rmSync(join(outdir, file))
}
