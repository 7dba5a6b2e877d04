// `npm run film`
// Films two people who talk in two windows, one light and one dark, into docs/room.gif. It needs Chromium,
// ffmpeg, and a font with emoji.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { type Account, registerAccount } from './accounts.ts'
import { ChatPage } from './chat-page.ts'
import { findChromium } from './chromium.ts'
import { openSampleRoom } from './sample-room.ts'

const out = join(import.meta.dirname, '../../docs/room.gif')
const viewport = { width: 480, height: 560 }
const framesPerSecond = 6
const readMs = 1_300

const found = findChromium(process.env.CHROMIUM_PATH)
if ('missing' in found) fail(found.missing)
if (spawnSync('ffmpeg', ['-version']).status !== 0) fail('Install ffmpeg first.')

const frames = mkdtempSync(join(tmpdir(), 'film-'))
const room = await openSampleRoom()
const browser = await chromium.launch({ executablePath: found.path, args: ['--disable-quic'] })
try {
  const left = await open(room.ada, 'light')
  const right = await open(await registerAccount(room.port, 'Barbara'), 'dark')
  const camera = film(left.page, right.page)
  await play(left, right)
  await camera.end()
  encode()
  console.log(`${out}: ${Math.round(statSync(out).size / 1_024)} KiB`)
} finally {
  await browser.close()
  await room.close()
  rmSync(frames, { recursive: true, force: true })
}

async function open(account: Account, colorScheme: 'light' | 'dark'): Promise<ChatPage> {
  const context = await browser.newContext({
    ...{ baseURL: `http://localhost:${room.port}`, viewport, colorScheme },
    ...{ locale: 'en-GB', serviceWorkers: 'block', reducedMotion: 'reduce' },
  })
  const chatPage = new ChatPage(await context.newPage(), account)
  await chatPage.logIn()
  return chatPage
}

/** What happens in the film. */
async function play(left: ChatPage, right: ChatPage): Promise<void> {
  await delay(readMs)
  await type(left, 'Hello Barbara! Did the **new release** arrive?')
  await type(right, 'It did, in both windows at once :tada:')
  await react(left, 'It did', '🎉')
  await right.page.context().setOffline(true)
  await type(right, 'I am in a tunnel, so this one waits.')
  await right.page.context().setOffline(false)
  await left.list.getByText('I am in a tunnel').waitFor()
  await delay(readMs)
  await type(left, 'And it is here, **once**.')
  await delay(2 * readMs)
}

/** Types as people do, so that the other window shows it, and sends. */
async function type({ messageField }: ChatPage, text: string): Promise<void> {
  await messageField.focus()
  await messageField.pressSequentially(text, { delay: 35 })
  await delay(readMs / 2)
  await messageField.press('Enter')
  await delay(readMs)
}

async function react({ page, list }: ChatPage, text: string, emoji: string): Promise<void> {
  const row = list.getByRole('listitem').filter({ hasText: text })
  await row.hover()
  await row.getByRole('button', { name: 'Add reaction' }).first().click()
  await delay(readMs)
  await page.getByRole('button', { name: `React with ${emoji}` }).click()
  await delay(readMs)
}

/** Takes pictures of both windows until `end`. */
function film(left: Page, right: Page) {
  let isRunning = true
  const taken = (async () => {
    for (let frame = 0; isRunning; frame++) {
      const next = delay(1_000 / framesPerSecond)
      const name = String(frame).padStart(4, '0')
      await left.screenshot({ path: join(frames, `left-${name}.png`), caret: 'initial' })
      await right.screenshot({ path: join(frames, `right-${name}.png`), caret: 'initial' })
      await next
    }
  })()
  return {
    async end(): Promise<void> {
      isRunning = false
      await taken
    },
  }
}

/** Both windows side by side, with one palette, and only what changes from frame to frame. */
function encode(): void {
  const windows = ['left', 'right'].flatMap((side) => [
    ...['-framerate', `${framesPerSecond}`, '-i', join(frames, `${side}-%04d.png`)],
  ])
  const filter =
    '[0][1]hstack,split[a][b];[a]palettegen=max_colors=64:stats_mode=full[p];' +
    '[b][p]paletteuse=dither=none:diff_mode=rectangle'
  const { status, stderr } = spawnSync('ffmpeg', [
    ...['-y', '-loglevel', 'error', ...windows, '-filter_complex', filter, '-loop', '0', out],
  ])
  if (status !== 0) throw new Error(String(stderr))
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
