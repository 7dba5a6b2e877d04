// The hook of edge-chat-client/react, in React's development build, which checks StrictMode.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { buildClient } from '../../build/client.ts'
import { call } from '../harness/rest.ts'
import { registerAccount, uniqueName } from './accounts.ts'
import { useHarness } from './harness.ts'

const root = join(import.meta.dirname, '../..')
const harness = useHarness()
let cacheDir = ''
let vite: ViteDevServer

beforeAll(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'react-hook-'))
  await buildClient(join(root, 'packages/client/dist'))
  vite = await createServer({
    root: join(import.meta.dirname, 'strict-mode'),
    cacheDir,
    logLevel: 'warn',
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  await vite.listen()
})
afterAll(async () => {
  await vite.close()
  rmSync(cacheDir, { recursive: true, force: true })
})

/** Sockets of the room that the page opens are added to `sockets`. Unhandled rejections fail the test. */
async function open(token: string, sockets: string[] = []): Promise<Page> {
  const page = await harness.openPage()
  page.on('websocket', (socket) => {
    if (socket.url().includes('/ws/chat')) sockets.push(socket.url())
  })
  const parts = [`http://localhost:${inject('port')}`, token].map(encodeURIComponent)
  await page.goto(`${vite.resolvedUrls?.local[0]}#${parts.join('&')}`)
  return page
}

test('in StrictMode components share one connection, which closes after the last one', async () => {
  const { email, password } = await registerAccount(inject('port'), uniqueName('Strict'))
  const { body } = await call(inject('port'), 'POST', '/auth/login', { body: { email, password } })
  const sockets: string[] = []
  const page = await open((body as { access_token: string }).access_token, sockets)
  await expect.poll(() => page.locator('p').allTextContents()).toEqual(['online', 'online'])
  // One goes, and then another takes the place of the last one: neither closes the connection.
  for (const views of ['[1]', '[3]']) {
    await page.evaluate(`show(${views})`)
    await expect.poll(() => page.locator('p').allTextContents()).toEqual(['online'])
  }
  expect(sockets).toHaveLength(1)
  await page.evaluate('show([])')
  await expect.poll(() => page.evaluate('chat.state.status')).toBe('idle')
})

test('a client that nobody is logged in with stops, without an unhandled rejection', async () => {
  const page = await open('')
  await expect.poll(() => page.locator('p').allTextContents()).toEqual(['stopped', 'stopped'])
  expect(await page.evaluate('chat.state.stopped')).toBe('signed_out')
})
