// Floods of moderation: reports, calls of a moderator, refused texts, typing by a muted person, and
// connects by a banned one. Meanwhile a member measures how long the room takes for a message.

import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../../harness/metrics.ts'
import { call } from '../../harness/rest.ts'
import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import type { Harness } from '../harness.ts'
import { markers } from '../leak-detector.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import { moderate, release, resetRoom, restrict } from './moderate.ts'
import {
  bearer,
  connect,
  expectThat,
  isWelcome,
  newText,
  openSocket,
  withDeadline,
} from './scenario.ts'

const reportsAnHour = 5
/** Reports in ten seconds that may cost a read of the archive. */
const lookUpsMax = 20
const callsAMinute = 60
/** Texts of one account. A refused text counts, so only the first five in five seconds are searched. */
const textsOfOne = 60
/** Below the limits of the socket, so that it stays open. */
const typedMax = 250
const connectsAtOnce = 45
const samples = 8
/** Three members take turns, and each may send five messages in five seconds. */
const sampleEveryMs = 350
/** How much longer a message may take during a flood. A busy machine needs some of it. */
const slowerMaxMs = 2_000
type Milliseconds = number

export async function runAll({ runner, socketAccounts, wellBehaved }: Harness): Promise<void> {
  for (const one of wellBehaved) one.isModerated = true
  const calm = await sampleMessages(runner, 'a message before the floods of moderation')
  await floodReports(runner, calm)
  await floodModeration(runner)
  await floodRefusedTexts(runner, { accounts: socketAccounts, calm })
  await floodMutedTyping(runner)
  await floodBannedConnects(runner, calm)
  await Promise.all(wellBehaved.map((one) => one.endModeration()))
}

async function floodReports(runner: AttackRunner, calm: Milliseconds): Promise<void> {
  const { target, accounts } = runner.parts
  const reporter = await accounts.open('hostile')
  const { token } = reporter
  const report = (id: string, statuses: number[]) =>
    runner.ask('flood of reports', 'POST', `/messages/${id}/report`, {
      ...{ token, statuses, json: { reason: `${markers.report} in a flood` } },
    })
  const known = target.messageIds().slice(-20)
  const filed = await Promise.all(known.map((id) => report(id, [204, 404, 429])))
  const accepted = filed.filter((answer) => answer?.status === 204).length
  const enough = known.length >= 10
  expectThat(
    runner,
    'a member files another number of reports than is allowed',
    accepted <= reportsAnHour && (!enough || accepted > 0),
    filed.map((answer) => answer?.status),
  )
  await compareTimes(runner, { name: 'a flood of reports', calm }, async () => {
    const unknown = await Promise.all(
      Array.from({ length: 200 }, () => report(crypto.randomUUID(), [404, 429])),
    )
    const lookedUp = unknown.filter((answer) => answer?.status === 404).length
    // On a busy machine the flood takes more than ten seconds.
    const isLimited = lookedUp <= lookUpsMax * 3
    expectThat(runner, 'reports of unknown messages are not limited', isLimited, lookedUp)
  })
}

/** One moderator calls as often as possible. */
async function floodModeration(runner: AttackRunner): Promise<void> {
  const moderator = runner.parts.target.cast.moderators.at(-1)
  if (!moderator) return
  const answers = await Promise.all(
    Array.from({ length: callsAMinute + 30 }, () =>
      moderate(runner, moderator, ['GET', '/room/words'], { statuses: [200, 429] }),
    ),
  )
  const done = answers.filter((answer) => answer?.status === 200).length
  expectThat(runner, 'a moderator calls more often than is allowed', done <= callsAMinute, done)
}

/**
 * Long texts with the last of 500 terms that begin alike, from many members at once. A ligature stands for
 * up to 18 letters, which are all searched.
 */
async function floodRefusedTexts(
  runner: AttackRunner,
  { accounts, calm }: { accounts: Account[]; calm: Milliseconds },
): Promise<void> {
  const common = `${markers.term}${'ab'.repeat(40)}`
  const terms = Array.from({ length: 500 }, (_, n) => `*${common}${n}x`)
  await moderate(runner, 'operator', ['PUT', '/room/words'], { json: { terms }, statuses: [200] })
  const almost = common.toUpperCase()
  const contents = [`${almost}7 `.repeat(22), 'ﷺ'.repeat(1_900)].map((start) =>
    `${start} ${almost}499X`.slice(-2_000),
  )
  const sockets = await connectAll(runner, accounts)
  await compareTimes(runner, { name: 'a flood of refused texts', calm }, async () => {
    for (let sent = 0; sent < textsOfOne; sent++) {
      for (const [at, socket] of sockets.entries()) {
        const content = contents[at % contents.length]
        const data = { content, client_id: `refused-${at}-${sent}` }
        socket.sendText(JSON.stringify({ event: 'send_message', data }))
      }
      runner.countFrames('refused texts', sockets.length)
      await delay((samples * sampleEveryMs) / textsOfOne)
    }
  })
  const refused = sockets.map(({ texts }) => texts.join().split('"content_refused"').length - 1)
  runner.parts.metrics.count(
    'refused texts',
    refused.reduce((sum, count) => sum + count, 0),
  )
  expectThat(runner, 'a long text with a term is not refused', Math.min(...refused) > 0, refused)
  for (const socket of sockets) {
    runner.checkTexts(socket.texts, true, 'a member whose texts are refused')
    socket.close()
  }
  await resetRoom(runner)
}

async function connectAll(runner: AttackRunner, accounts: Account[]): Promise<RawWebSocket[]> {
  const sockets: RawWebSocket[] = []
  for (const account of accounts) {
    const socket = openSocket(runner, { headers: bearer(account.token) })
    // The attack by frames may have used up the connects of this account.
    if (await socket.waitForText(isWelcome)) sockets.push(socket)
  }
  return sockets
}

async function floodMutedTyping(runner: AttackRunner): Promise<void> {
  const [watching, victim] = runner.parts.target.cast.victims
  if (!watching || !victim) return
  const watcher = await connect(runner, watching)
  const socket = await connect(runner, victim)
  await restrict(runner, 'operator', ['mute', victim])
  for (let typed = 0; typed < typedMax; typed++) socket?.sendText('{"event":"typing","data":{}}')
  runner.countFrames('typing of a muted person', typedMax)
  socket?.sendText('{"event":"end","data":{"client_id":"typed"}}')
  await socket?.waitForText((text) => text.includes('typed'))
  await delay(300)
  const heard = watcher?.texts.filter(
    (text) => text.includes('user_typing') && text.includes(victim.id),
  )
  expectThat(runner, 'a muted person is heard', heard?.length === 0, heard)
  await release(runner, 'operator', ['mute', victim])
  watcher?.close()
  socket?.close()
}

async function floodBannedConnects(runner: AttackRunner, calm: Milliseconds): Promise<void> {
  const victim = runner.parts.target.cast.victims.at(-1)
  if (!victim) return
  await restrict(runner, 'operator', ['ban', victim])
  await compareTimes(runner, { name: 'a flood of banned connects', calm }, async () => {
    for (let round = 0; round < 4; round++) await tryBanned(runner, victim)
  })
  await release(runner, 'operator', ['ban', victim])
}

async function tryBanned(runner: AttackRunner, victim: Account): Promise<void> {
  const sockets = Array.from({ length: connectsAtOnce }, () =>
    openSocket(runner, { headers: bearer(victim.token) }),
  )
  const viewer = { id: victim.id, isStaff: false }
  const endings = await Promise.all(sockets.map((socket) => withDeadline(socket.ended)))
  for (const [at, socket] of sockets.entries()) {
    const code = endings[at]?.code ?? 0
    expectThat(runner, 'a banned person is not refused', [4403, 4429].includes(code), code)
    expectThat(
      runner,
      'a banned person receives more than the ban',
      socket.texts.every((text) => text.includes('"event":"restricted"')),
      socket.texts,
    )
    runner.checkTexts(socket.texts, true, 'a banned person', viewer)
  }
}

/** Measures messages of members during a flood. */
async function compareTimes(
  runner: AttackRunner,
  { name, calm }: { name: string; calm: Milliseconds },
  flood: () => Promise<unknown>,
): Promise<void> {
  const [busy] = await Promise.all([sampleMessages(runner, `a message during ${name}`), flood()])
  const isFast = busy < calm + slowerMaxMs
  expectThat(runner, 'a flood of moderation makes the room slow', isFast, [name, calm, busy])
}

/** @returns the median time until a message is answered */
async function sampleMessages(runner: AttackRunner, name: string): Promise<Milliseconds> {
  // The last one is banned meanwhile.
  const { port, metrics, target } = runner.parts
  const senders = target.cast.victims.slice(0, 3)
  const taken: number[] = []
  for (let at = 0; at < samples; at++) {
    const { token } = senders[at % senders.length] as Account
    const body = { content: newText() }
    const began = performance.now()
    // The connections of the attack are busy, so this call has one of its own.
    const asked = call(port, 'POST', '/messages', { token, body })
    const { status } = await asked.catch(() => ({ status: 'none' }))
    const tookMs = performance.now() - began
    expectThat(runner, 'a message is refused during a flood', status === 201, [name, status])
    taken.push(tookMs)
    metrics.time(name, tookMs)
    await delay(Math.max(0, sampleEveryMs - tookMs))
  }
  return percentile(taken, 0.5)
}
