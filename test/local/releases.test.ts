// Two releases at once, in workerd: the Worker of one with the room of the other, both ways, while
// people write, edit, delete, load the history and resume.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Readiness } from '../../src/contract/routes/health.ts'
import { type Platform, type Release, startPlatform } from '../deploys/platform.ts'
import { Author } from '../faults/author.ts'
import { Client } from '../faults/client.ts'
import { checkAll, waitUntil, waitUntilSynced } from '../faults/round.ts'
import { archiveQuery } from '../harness/database.ts'
import { Metrics } from '../harness/metrics.ts'
import { Random } from '../harness/random.ts'
import { call, isArchived, type Ready } from '../harness/rest.ts'
import type { TcpProxy } from '../harness/tcp-proxy.ts'
import { ConsistencyChecker } from '../kit/consistency-checker.ts'

const crowd = 12
const talkMs = 2_500
/** workerd has no way to make it hibernate: it does so after 10 seconds without a request. */
const hibernatesAfterMs = 13_000

let platform: Platform
let authors: Author[]
const checker = new ConsistencyChecker()
const metrics = new Metrics()

beforeAll(async () => {
  platform = await startPlatform()
  const accounts = await platform.openAccounts(crowd)
  // Calls and connections go to the Worker that is deployed then.
  const front = {
    get port() {
      return platform.port
    },
  } as TcpProxy
  authors = accounts.map((account, index) => {
    const parts = { account, proxy: front, checker, metrics, random: new Random(18, index) }
    const shape = { name: `c${index}`, batching: index % 3 !== 2, pages: 4 }
    return new Author(new Client({ ...parts, ...shape }))
  })
  for (const { client } of authors) client.start()
})

afterAll(async () => {
  for (const author of authors) author.stopNewWork()
  await Promise.all(authors.map(({ client }) => client.leave()))
  await platform.stop()
})

const readiness = async () =>
  (await call(platform.port, 'GET', '/ready')).body as Ready & Pick<Readiness, 'room'>

let turn = 0

function loseConnections(): void {
  for (const [index, { client }] of authors.entries())
    if (index % 4 === 1) client.drop()
    else if (index % 4 === 3) client.forgetHistory()
}

/** People talk for a while, and some lose their connections or load everything again. */
async function talk(meanwhile = loseConnections): Promise<void> {
  const accepted = metrics.of('messages accepted')
  for (const author of authors) author.begin(turn++)
  await delay(talkMs / 2)
  meanwhile()
  await delay(talkMs / 2)
  for (const author of authors) author.stopNewWork()
  await Promise.all(authors.map((author) => author.end()))
  await waitUntil('every message is confirmed', () => authors.every(({ isIdle }) => isIdle))
  expect(metrics.of('messages accepted')).toBeGreaterThan(accepted + crowd)
}

/** Everything that anyone has agrees: views, history and Postgres. */
async function expectConsistent(): Promise<void> {
  await waitUntilSynced({ authors, service: platform }, 0)
  await waitUntil('Postgres has everything', async () => isArchived(await readiness()))
  const readRows = async () => JSON.parse(String((await platform.query(archiveQuery))[0]?.archive))
  const found = await checkAll({ port: platform.port, checker, authors, readRows })
  expect([...checker.violations, ...found]).toEqual([])
}

describe('two releases at once', () => {
  test.each<[string, Release, Release]>([
    ['the release before', 'before', 'before'],
    ['a new Worker with the room of the release before', 'now', 'before'],
    ['a new Worker with a new room', 'now', 'now'],
    ['after a rollback, the Worker of the release before with the new room', 'before', 'now'],
    ['after a rollback, the release before', 'before', 'before'],
    ['forward again, a new Worker with a new room', 'now', 'now'],
  ])(
    'RELEASE-1 While Worker and room are of two releases, nothing is lost or doubled, and clients resume: %s',
    async (_, worker, room) => {
      platform.deployWorker(worker)
      await platform.updateRoom(room)
      await talk()
      await expectConsistent()
      expect(metrics.of('refused resumes of the same log')).toBe(0)
    },
  )

  test('RELEASE-2 `/ready` names the build of the room, and none while the room is of the release before', async () => {
    platform.deployWorker('now')
    await platform.updateRoom('before')
    expect(await readiness()).toMatchObject({ room: { state: 'up', build: null } })
    await platform.updateRoom('now')
    expect(await readiness()).toMatchObject({ room: { state: 'up', build: { commit: 'now' } } })
  })

  test('RELEASE-3 After a rollback and an update the fence of the room still matches', async () => {
    platform.deployWorker('now')
    await platform.updateRoom('now')
    await talk()
    await expectConsistent()
    const [fence] = await platform.query('select flushed_seq from room_fences')
    platform.deployWorker('before')
    await platform.updateRoom('before')
    await talk()
    platform.deployWorker('now')
    await platform.updateRoom('now')
    await talk()
    await expectConsistent()
    const [later] = await platform.query('select flushed_seq from room_fences')
    expect(Number(later?.flushed_seq)).toBeGreaterThan(Number(fence?.flushed_seq))
  })

  test.each<[string, Release]>([
    ['back', 'before'],
    ['forward', 'now'],
  ])(
    'RELEASE-4 A room that hibernates takes the code of the other release and keeps its connections: %s',
    async (_, release) => {
      platform.deployWorker('now')
      await expectConsistent()
      const drops = metrics.of('drops')
      await platform.updateRoomLater(release)
      const commit = release === 'now' ? 'now' : undefined
      // Its alarm may wake it in the meantime, and each look at it does.
      await waitUntil('the room hibernates', async () => {
        await delay(hibernatesAfterMs)
        return (await readiness()).room.build?.commit === commit
      })
      await talk(() => {})
      await expectConsistent()
      expect(metrics.of('drops')).toBe(drops)
    },
  )
})
