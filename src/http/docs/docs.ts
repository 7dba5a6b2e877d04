// Serves the API documents and two pages to read them. All files come from this origin, without
// inline scripts.

import type { OpenAPIHono } from '@hono/zod-openapi'
import { type Context, Hono } from 'hono'
import { asyncApiDocument } from '../../contract/asyncapi.ts'
import type { AppEnv } from '../app-env.ts'
import { requestUrl } from '../middleware/host-guard.ts'
import { viewers } from './docs-assets.ts'
import { openApiDocument } from './openapi.ts'

/** Both pages set inline styles, and ReDoc searches in a worker made from a blob. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const cacheControl = 'public, max-age=300'

type DocsViewer = (typeof viewers)[keyof typeof viewers]

function page({ title, folder, styles, scripts, start }: DocsViewer): string {
  const head = styles.map((file) => `<link rel="stylesheet" href="/${folder}/${file}">`)
  const code = [...scripts.map((file) => `/${folder}/${file}`), `/${start}`]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${head.join('\n')}
<style>body { margin: 0 }</style>
</head>
<body>
<div id="viewer"></div>
<noscript>This page needs JavaScript. The contract itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
${code.map((src) => `<script src="${src}"></script>`).join('\n')}
</body>
</html>
`
}

function show(c: Context<AppEnv>, viewer: DocsViewer): Response {
  return c.html(page(viewer), 200, {
    'content-security-policy': pagePolicy,
    'cache-control': cacheControl,
  })
}

/** @param api the app whose routes are described */
export function docsRoutes(api: OpenAPIHono<AppEnv>) {
  let openApi: object | undefined
  return new Hono<AppEnv>()
    .get('/openapi.json', (c) => {
      openApi ??= openApiDocument(api)
      return c.json(openApi, 200, { 'cache-control': cacheControl })
    })
    .get('/asyncapi.json', (c) => {
      const { host, protocol } = requestUrl(c)
      const server = { host, protocol: protocol === 'https:' ? ('wss' as const) : ('ws' as const) }
      return c.json(asyncApiDocument(server), 200, { 'cache-control': cacheControl })
    })
    .get('/docs', (c) => show(c, viewers.swagger))
    .get('/redoc', (c) => show(c, viewers.redoc))
    .get('/', (c) => c.redirect('/docs'))
}
