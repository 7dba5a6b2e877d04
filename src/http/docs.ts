// The contract for people and for programs, from this origin alone: no CDN, no inline script.

import type { OpenAPIHono } from '@hono/zod-openapi'
import { type Context, Hono } from 'hono'
import { asyncApiDocument } from '../contract/asyncapi.ts'
import { readers } from './docs-assets.ts'
import { openApiDocument } from './openapi.ts'
import { calledAddress } from './own-address.ts'
import type { Wired } from './parts.ts'

/** Both readers style their elements as they go, and ReDoc searches in a worker made of a blob. */
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

const fresh = 'public, max-age=300'

type Reader = (typeof readers)[keyof typeof readers]

function page({ title, folder, styles, scripts, start }: Reader): string {
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
</head>
<body>
<div id="reader"></div>
<noscript>This page needs JavaScript. The contract itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
${code.map((src) => `<script src="${src}"></script>`).join('\n')}
</body>
</html>
`
}

function show(c: Context<Wired>, reader: Reader): Response {
  return c.html(page(reader), 200, {
    'content-security-policy': pagePolicy,
    'cache-control': fresh,
  })
}

/** @param api the app whose calls are described */
export function docsOf(api: OpenAPIHono<Wired>) {
  let openApi: object | undefined
  return new Hono<Wired>()
    .get('/openapi.json', (c) => {
      openApi ??= openApiDocument(api)
      return c.json(openApi, 200, { 'cache-control': fresh })
    })
    .get('/asyncapi.json', (c) => {
      const { host, protocol } = calledAddress(c)
      const server = { host, protocol: protocol === 'https:' ? ('wss' as const) : ('ws' as const) }
      return c.json(asyncApiDocument(server), 200, { 'cache-control': fresh })
    })
    .get('/docs', (c) => show(c, readers.swagger))
    .get('/redoc', (c) => show(c, readers.redoc))
    .get('/', (c) => c.redirect('/docs'))
}
