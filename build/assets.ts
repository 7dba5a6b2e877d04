// Writes the assets for browsers to dist/assets, or to ASSETS_DIR: the chat page, the client and the component
// for pages of other sites, the viewers of the API documents, and the headers of all. The pages load nothing from another
// origin.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { redocVersion, swaggerVersion, viewers } from '../src/http/docs/docs-assets.ts'
import { bundle, indexOfPackage } from './client.ts'
import { buildPage, pageFolder, pagePolicy } from './web.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const assets = resolve(root, process.env.ASSETS_DIR || 'dist/assets')
const require = createRequire(import.meta.url)

/** The folder of an installed package, which must have the version that the pages name. */
function packageOf(name: string, version: string): string {
  const manifest = require.resolve(`${name}/package.json`)
  const installed: string = JSON.parse(readFileSync(manifest, 'utf8')).version
  if (installed !== version)
    throw new Error(`${name} is ${installed}; src/http/docs/docs-assets.ts says ${version}`)
  return dirname(manifest)
}

function copySwagger(): void {
  const from = packageOf('swagger-ui-dist', swaggerVersion)
  const { folder, styles, scripts } = viewers.swagger
  for (const file of [...styles, ...scripts]) copy(join(from, file), join(folder, file))
  for (const file of ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt'])
    copy(join(from, file), join(folder, file))
}

/** Removes a logo that ReDoc loads from a CDN. The text beside it stays. */
const foreignLogo = 'https://cdn.redoc.ly/redoc/logo-mini.svg'

function copyRedoc(): void {
  const from = packageOf('redoc', redocVersion)
  const { folder, scripts } = viewers.redoc
  for (const file of scripts) {
    const code = readFileSync(join(from, 'bundles', file), 'utf8')
    if (!code.includes(foreignLogo)) throw new Error(`redoc ${redocVersion} has no foreign logo`)
    write(join(folder, file), code.replaceAll(foreignLogo, 'data:,'))
  }
  copy(join(from, 'LICENSE'), join(folder, 'LICENSE'))
  const licences = 'redoc.standalone.js.LICENSE.txt'
  copy(join(from, 'bundles', licences), join(folder, licences))
}

function copy(from: string, to: string): void {
  cpSync(from, join(assets, to))
}

function write(to: string, text: string): void {
  mkdirSync(dirname(join(assets, to)), { recursive: true })
  writeFileSync(join(assets, to), text)
}

/** The folder or the file name changes with the content. */
const forEver = 'public, max-age=31536000, immutable'

/** File → the module that pages of other sites import from it. */
const modulesForPages = {
  'client.js': indexOfPackage,
  'element.js': join(root, 'src/element/element.ts'),
}

const headersForPages = (file: string) => `/${file}
  ! Cross-Origin-Resource-Policy
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
`

const headers = `/*
  Cross-Origin-Resource-Policy: same-origin
  Referrer-Policy: no-referrer
  Strict-Transport-Security: max-age=31536000
  X-Content-Type-Options: nosniff
/
  Cache-Control: no-cache
  Content-Security-Policy: ${pagePolicy}
  Cross-Origin-Opener-Policy: same-origin
  Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()
${Object.keys(modulesForPages).map(headersForPages).join('')}/${pageFolder}/*
  Cache-Control: ${forEver}
/docs/vendor/*
  Cache-Control: ${forEver}
`

rmSync(join(assets, 'docs'), { recursive: true, force: true })
copySwagger()
copyRedoc()
for (const { start } of Object.values(viewers)) copy(join(root, 'build', start), start)
await buildPage(assets)
for (const [file, module] of Object.entries(modulesForPages)) write(file, await bundle(module))
write('_headers', headers)
