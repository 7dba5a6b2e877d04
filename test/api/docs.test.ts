import { describe, expect, test } from 'vitest'
import { viewers } from '../../src/http/docs/docs-assets.ts'
import { call } from '../support/chat.ts'

describe('the contract', () => {
  test('DOCS-1 `/openapi.json` is OpenAPI 3.1 with the address of this server', async () => {
    const response = await call('/openapi.json')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/' }] })
  })

  test('DOCS-2 `/asyncapi.json` is AsyncAPI 3.0 with the address at which it was asked for', async () => {
    const response = await call('/asyncapi.json')
    expect(await response.json()).toMatchObject({
      asyncapi: '3.0.0',
      servers: { here: { host: 'chat.test', protocol: 'ws' } },
    })
  })
})

describe.each([
  ['/docs', viewers.swagger],
  ['/redoc', viewers.redoc],
])('%s', (path, { folder, scripts, start }) => {
  test('DOCS-3 The documentation pages load everything from their own origin and run no inline script', async () => {
    const response = await call(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")

    const page = await response.text()
    expect(page).not.toMatch(/https?:\/\//)
    expect(page).not.toMatch(/<script>|\son\w+=/)
    for (const file of [...scripts.map((script) => `${folder}/${script}`), start])
      expect(page).toContain(`<script src="/${file}"></script>`)
  })
})

test('DOCS-4 The root redirects to the documentation', async () => {
  const response = await call('/', { redirect: 'manual' })
  expect(response.status).toBe(302)
  expect(response.headers.get('location')).toBe('/docs')
})
