// Each folder of examples/ against a running service. A program that is not installed skips its example.

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createServer as createVite } from 'vite'
import { afterAll, afterEach, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { buildClient } from '../../build/client.ts'
import { freePort } from '../../local/ports.ts'
import { call } from '../harness/rest.ts'
import { registerAccount, uniqueName } from './accounts.ts'
import { useHarness } from './harness.ts'

const root = join(import.meta.dirname, '../..')
const examples = join(root, 'examples')
const read = (path: string) => readFileSync(join(examples, path), 'utf8')
const service = () => `http://localhost:${inject('port')}`
const harness = useHarness()
const running = new Set<ChildProcess>()
const sites = new Set<Server>()
let work = ''

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'examples-'))
  // The examples import the package, as installed by `npm ci`.
  await buildClient(join(root, 'packages/client/dist'))
})
afterEach(() => {
  for (const program of running) program.kill('SIGKILL')
  running.clear()
  for (const site of sites) {
    site.closeAllConnections()
    site.close()
  }
  sites.clear()
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Starts a program, whose output is collected. */
function run(program: string, args: string[], env: Record<string, string>) {
  const child = spawn(program, args, { cwd: root, env: { PATH: process.env.PATH, ...env } })
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output.text += text
    })
  running.add(child)
  return { child, output }
}

async function contents(): Promise<string[]> {
  const { body } = await call(inject('port'), 'GET', '/messages?limit=20')
  return (body as { messages: { content: string }[] }).messages.map(({ content }) => content)
}

async function loggedIn(name: string) {
  const account = await registerAccount(inject('port'), uniqueName(name))
  const { email, password } = account
  const { body } = await call(inject('port'), 'POST', '/auth/login', { body: { email, password } })
  return { ...account, token: (body as { access_token: string }).access_token }
}

test('each has at most 80 lines of code and a README of about ten', () => {
  const folders = readdirSync(examples)
  expect(folders.sort()).toEqual(['curl', 'html', 'html-client', 'node-bot', 'python', 'react'])
  const lines = (path: string) => read(path).trimEnd().split('\n').length
  for (const file of [
    ...['curl/chat.sh', 'html/index.html', 'node-bot/bot.js', 'python/chat.py'],
    'html-client/index.html',
    'react/src/main.tsx',
  ])
    expect(lines(file), file).toBeLessThanOrEqual(80)
  for (const folder of folders) expect(lines(`${folder}/README.md`), folder).toBeLessThanOrEqual(14)
})

/** Opens a page of this folder on another site than the service's, and logs in. */
async function openSite(folder: string) {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(read(`${folder}/index.html`).replaceAll('http://localhost:8787', service()))
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  sites.add(site)
  const account = await loggedIn('Html')
  const page = await harness.openPage()
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`)
  await page.getByLabel('Email').fill(account.email)
  await page.getByLabel('Password').fill(account.password)
  await page.keyboard.press('Enter')
  return { page, account }
}

test('html', async () => {
  const { page } = await openSite('html')
  await page.getByLabel('Message', { exact: true }).fill('Hello from the component')
  await page.keyboard.press('Enter')
  await expect.poll(contents).toContain('Hello from the component')
})

test('html-client', async () => {
  const { page, account } = await openSite('html-client')
  await page.getByText('Online: ').filter({ hasText: account.username }).waitFor()
  await page.getByLabel('Message').fill('Hello from a panel')
  await page.keyboard.press('Enter')
  const row = page.getByRole('listitem').filter({ hasText: account.username })
  page.once('dialog', (dialog) => dialog.accept('Edited in a panel'))
  await row.getByRole('button', { name: 'Edit' }).click()
  await row.filter({ hasText: 'Edited in a panel' }).waitFor()
  await expect.poll(contents).toContain('Edited in a panel')
  await row.getByRole('button', { name: 'Delete' }).click()
  await row.waitFor({ state: 'detached' })
  await expect.poll(contents).not.toContain('Edited in a panel')
})

test('react, with its types', async () => {
  const folder = join(examples, 'react')
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '-p', folder])

  const account = await loggedIn('React')
  const vite = await createVite({
    root: folder,
    cacheDir: join(work, 'vite'),
    logLevel: 'warn',
    define: { 'import.meta.env.VITE_CHAT_URL': JSON.stringify(service()) },
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  try {
    await vite.listen()
    const page = await harness.openPage()
    await page.goto(vite.resolvedUrls?.local[0] ?? '')
    await page.getByLabel('Email').fill(account.email)
    await page.getByLabel('Password').fill(account.password)
    await page.keyboard.press('Enter')
    await page.getByText('online').waitFor()
    await page.getByLabel('Message').fill('Hello from React')
    await page.keyboard.press('Enter')
    await page.getByRole('listitem').filter({ hasText: 'Hello from React' }).waitFor()
    await expect.poll(contents).toContain('Hello from React')
  } finally {
    await vite.close()
  }
})

test('node-bot', async () => {
  const env = { CHAT_URL: service(), BOT_EMAIL: 'dice@example.com' }
  const { child, output } = run(process.execPath, ['examples/node-bot/bot.js'], env)
  await expect.poll(() => output.text).toMatch(/^online$/m)
  const { token } = await loggedIn('Roller')
  const body = { content: '!roll 1' }
  await call(inject('port'), 'POST', '/messages', { token, body })
  await expect.poll(contents).toContain('It is a 1.')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

const python = process.env.PYTHON ?? 'python3'
const library = spawnSync(python, ['-c', 'import websockets'])
const lacksPython = library.status !== 0

test.skipIf(lacksPython)(
  `python${lacksPython ? ' (skipped: install Python 3 and its library websockets)' : ''}`,
  async () => {
    const { email, password, token } = await loggedIn('Python')
    const port = await freePort()
    const url = `http://localhost:${port}`
    const env = { CHAT_URL: url, CHAT_EMAIL: email, CHAT_PASSWORD: password }
    const { output } = run(python, ['examples/python/chat.py', 'Hello from Python'], env)
    // The service is away at first, as during a restart.
    await expect.poll(() => output.text).toContain('Connecting again')
    const way = createTcpServer((near) => {
      const far = connect(inject('port'), 'localhost')
      for (const end of [near, far]) end.on('error', () => [near, far].map((it) => it.destroy()))
      near.pipe(far).pipe(near)
    })
    way.listen(port)
    onTestFinished(() => void way.close())
    await expect.poll(() => output.text).toContain(': Hello from Python\n')
    const body = { content: 'And hello to Python' }
    await call(inject('port'), 'POST', '/messages', { token, body })
    await expect.poll(() => output.text).toContain(': And hello to Python\n')
  },
)

const lacksCurl = spawnSync('curl', ['--version']).status !== 0

test.skipIf(lacksCurl)(`curl${lacksCurl ? ' (skipped: install curl)' : ''}`, async () => {
  const env = { CHAT_URL: service(), CHAT_EMAIL: 'curl@example.com' }
  const { child, output } = run('examples/curl/chat.sh', ['Hello from "curl" \\o/'], env)
  expect(await new Promise((resolve) => child.once('exit', resolve)), output.text).toBe(0)
  expect(await contents()).toContain('Hello from "curl" \\o/')
})
