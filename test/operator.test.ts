import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from '@hono/zod-openapi'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { argumentsOf } from '../operator/command.ts'
import { commands, usage } from '../operator/commands.ts'
import { auditText, plain } from '../operator/moderation-text.ts'
import { type Call, callService, findService } from '../operator/service.ts'
import { RefusalError, UsageError } from '../operator/usage-error.ts'
import { examples } from '../src/contract/examples.ts'
import { moderationLimits } from '../src/contract/moderation.ts'
import { auditActions } from '../src/contract/moderation-records.ts'
import * as admin from '../src/contract/routes/admin.ts'
import { moderationRoutes } from '../src/contract/routes/moderation.ts'
import * as recovery from '../src/contract/routes/recovery.ts'

const id = '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11'
const now = Date.parse('2026-11-30T12:00:00.000Z')
const folder = mkdtempSync(join(tmpdir(), 'operator-'))
const wordFile = join(folder, 'words.txt')
writeFileSync(wordFile, 'spam\n')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Route = {
  method: string
  path: string
  request?: {
    query?: z.ZodType
    body?: { content: { 'application/json': { schema: z.ZodType } } }
  }
  responses: Record<number, { content?: { 'application/json': { schema: z.ZodType } } }>
}

const routes = Object.values({
  ...admin,
  ...recovery,
  ...moderationRoutes('operator'),
}).filter((value) => typeof value === 'object' && 'path' in value) as unknown as Route[]

const argument: Record<string, string> = {
  'id|email|username': 'Ada Lovelace & Co',
  'email|username': 'ada+1@example.com',
  id,
  'message id': id,
  'report id': id,
  seconds: '30',
  'seconds|off': '10',
  'owner|moderator|member': 'moderator',
  '10m|2h|1d|forever': '2h',
  '10m|2h|1d|all': '2h',
  'everyone|established|moderators': 'established',
  'text|off': 'The meetup begins at six.',
  file: wordFile,
  'resolved|dismissed|open': 'resolved',
}

const { room_changed, restricted, report_filed, audit_added } = examples
const room = room_changed.data
const { mute, ban } = restricted.data

const user = {
  ...{ id, username: 'ada', email: 'ada@example.com', is_active: true },
  ...{ created_at: '2025-11-19T21:25:30.000Z', last_seen: null },
}

/** What a service answers to these calls. */
const answers: [RegExp, unknown][] = [
  [/restricted$/, { users: [restricted.data], next_cursor: null }],
  [/users\?/, [user]],
  [/^PATCH .*room$|role$/, room],
  [/^PUT .*pins/, room],
  [/^PUT .*(mute|ban)$/, { mute, ban }],
  [/purge$/, { messages: 3 }],
  [/words$/, { terms: ['spam', '*casino*'] }],
  [/reports\?/, { reports: [report_filed.data], next_cursor: null }],
  [/reports\//, { ...report_filed.data, status: 'resolved' }],
  [/audit$/, { entries: [audit_added.data], next_cursor: null }],
]

const answerOf = ({ method, path }: Call) =>
  answers.find(([call]) => call.test(`${method} ${path}`))?.[1] ?? null

/** Runs a command, and returns the calls it made and what it prints. */
async function runOf(name: string, given: string[], answer: (call: Call) => unknown = answerOf) {
  const calls: Call[] = []
  const printed = await commands[name]?.run(
    async (call) => {
      calls.push(call)
      return answer(call)
    },
    ...given,
  )
  return { calls, printed }
}

const callsOf = async (...run: Parameters<typeof runOf>) => (await runOf(...run)).calls
const printedBy = async (...run: Parameters<typeof runOf>) => (await runOf(...run)).printed

const givenTo = (name: string) =>
  (commands[name]?.parameters ?? []).map((parameter) => argument[parameter] ?? '')

/** Two routes differ only by their query. */
function routeOf({ method, path }: Call): Route | undefined {
  const [pathname = '', query] = path.split('?')
  const given = Object.fromEntries(new URLSearchParams(query))
  return routes.find(
    (route) =>
      route.method === method.toLowerCase() &&
      new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname) &&
      (route.request?.query?.safeParse(given).success ?? query === undefined),
  )
}

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] })
  return () => void vi.useRealTimers()
})

describe('a command', () => {
  test.each(Object.keys(commands))('%s makes calls of the contract', async (name) => {
    const calls = await callsOf(name, givenTo(name))
    expect(calls.length).toBeGreaterThan(0)
    for (const call of calls) {
      const route = routeOf(call)
      expect(route, `${call.method} ${call.path}`).toBeDefined()
      const body = route?.request?.body?.content['application/json'].schema
      if (body) body.parse(call.body)
      else expect(call.body).toBeUndefined()
      const answer = answerOf(call)
      if (answer !== null) route?.responses[200]?.content?.['application/json'].schema.parse(answer)
    }
  })

  test.each(Object.keys(commands))('%s is in the usage', (name) =>
    expect(usage).toContain(`\n  ${name} `),
  )

  test('every route has a command', async () => {
    const reached = new Set<unknown>()
    for (const name of Object.keys(commands))
      for (const call of await callsOf(name, givenTo(name))) reached.add(routeOf(call))
    expect(routes.filter((route) => !reached.has(route)).map(({ path }) => path)).toEqual([])
  })

  test('uses an id as it is, and looks up a name', async () => {
    expect(await callsOf('deactivate', [id.toUpperCase()])).toEqual([
      { method: 'POST', path: `/admin/users/${id}/deactivate` },
    ])
    expect((await callsOf('deactivate', ['a b&c']))[0]?.path).toBe(
      '/admin/users?username=a%20b%26c',
    )
    expect((await callsOf('deactivate', ['a+b@c.de']))[0]?.path).toBe(
      '/admin/users?email=a%2Bb%40c.de',
    )
  })

  test('does nothing for an account that does not exist', async () => {
    for (const name of ['deactivate', 'ban'])
      await expect(callsOf(name, ['nobody', '2h'], () => [])).rejects.toThrow(
        'There is no account "nobody"',
      )
  })

  test.each(['', '-1', '601', '1.5', 'soon'])(
    'reconnect within %j seconds is refused',
    async (text) => {
      await expect(callsOf('reconnect', [text])).rejects.toThrow(UsageError)
    },
  )
})

describe('the arguments of a command', () => {
  const given = (name: string, ...words: string[]) => {
    const command = commands[name]
    return command && argumentsOf(command, words)
  }

  test('may end in a text of several words', () => {
    expect(given('mute', 'ada', '2h', 'sells', 'shoes')).toEqual(['ada', '2h', 'sells shoes'])
    expect(given('mute', 'ada', '2h')).toEqual(['ada', '2h'])
    expect(given('announce', 'At', 'six.')).toEqual(['At six.'])
  })

  test('may lack only the last one', () => {
    expect(given('reports')).toEqual([])
    expect(given('mute', 'ada')).toBeUndefined()
    expect(given('announce')).toBeUndefined()
  })

  test('are not more than it takes', () => {
    expect(given('room', 'ada')).toBeUndefined()
    expect(given('reports', 'open', 'closed')).toBeUndefined()
  })
})

describe('moderation by the operator', () => {
  test('a ban ends after the given time, and its reason is optional', async () => {
    const call = { method: 'PUT', path: `/admin/users/${id}/ban` }
    expect(await callsOf('ban', [id, '2h', 'Advertising'])).toEqual([
      { ...call, body: { until: '2026-11-30T14:00:00.000Z', reason: 'Advertising' } },
    ])
    expect(await callsOf('ban', [id, 'forever'])).toEqual([{ ...call, body: { until: null } }])
  })

  test('a ban is no deactivation, and neither ends the other', async () => {
    const pathsOf = async (name: string) =>
      (await callsOf(name, [id, '1d'])).map(({ method, path }) => `${method} ${path}`)
    expect(await pathsOf('unban')).toEqual([`DELETE /admin/users/${id}/ban`])
    expect(await pathsOf('activate')).toEqual([`POST /admin/users/${id}/activate`])
    expect(await pathsOf('deactivate')).toEqual([`POST /admin/users/${id}/deactivate`])
  })

  test.each([
    ['10m', '2026-11-30T11:50:00.000Z'],
    ['1d', '2026-11-29T12:00:00.000Z'],
    ['all', '1970-01-01T00:00:00.000Z'],
  ])('a purge of %s begins at %s', async (duration, since) => {
    expect((await callsOf('purge', [id, duration]))[0]?.body).toEqual({ since })
  })

  test.each([
    ['mute', 'ada', 'shoes', '"shoes" is not a time: write it like 10m, 2h, 1d or forever'],
    ['ban', 'ada', '0h', 'is not a time'],
    ['ban', 'ada', 'all', 'is not a time'],
    ['purge', 'ada', 'forever', 'write it like 10m, 2h, 1d or all'],
    ['role', 'ada', 'boss', '"boss" must be one of: owner, moderator, member'],
    ['report', id, 'done', 'must be one of: open, resolved, dismissed'],
    ['posting', 'nobody', '', 'must be one of: everyone, established, moderators'],
    ['slow-mode', 'on', '', '"on" is not a number of seconds from 0 to 120'],
    ['slow-mode', '121', '', 'is not a number'],
    ['audit', '0', '', 'is not a number of entries from 1 to 1000'],
    ['reports', 'new', '', 'must be one of'],
  ])('%s %s %s is refused before any call', async (name, first, second, sentence) => {
    const calls: Call[] = []
    const run = runOf(name, [first, second], (call) => calls.push(call))
    await expect(run).rejects.toThrow(UsageError)
    await expect(run).rejects.toThrow(sentence)
    expect(calls).toEqual([])
  })

  test('slow mode has the bounds of the contract', async () => {
    const most = String(moderationLimits.slowModeMaxMs / 1_000)
    expect((await callsOf('slow-mode', [most]))[0]?.body).toEqual({
      slow_mode_ms: moderationLimits.slowModeMaxMs,
    })
    expect((await callsOf('slow-mode', ['off']))[0]?.body).toEqual({ slow_mode_ms: 0 })
  })

  test('lists are read to their end, up to a thousand rows', async () => {
    const page = (call: Call) => ({
      users: Array(50).fill(restricted.data),
      next_cursor: call.path.includes('cursor=') ? null : id,
    })
    const { calls, printed } = await runOf('restricted', [], page)
    expect(calls.map(({ path }) => path)).toEqual([
      '/admin/users/restricted',
      `/admin/users/restricted?cursor=${id}`,
    ])
    expect(String(printed).match(/ is muted /g)).toHaveLength(100)
    const endless = await runOf('restricted', [], () => ({ ...page(calls[0] as Call) }))
    expect(endless.calls).toHaveLength(20)
    expect(endless.printed).toMatch(/\nThere are more\.$/)
  })

  test('the audit log shows as many entries as asked for', async () => {
    const page = () => ({ entries: Array(50).fill(audit_added.data), next_cursor: id })
    const { calls, printed } = await runOf('audit', ['60'], page)
    expect(calls.map(({ path }) => path)).toEqual(['/admin/audit', `/admin/audit?cursor=${id}`])
    expect(String(printed).split('\n')).toHaveLength(61)
  })
})

describe('the word list', () => {
  const read = async (text: string) => {
    writeFileSync(wordFile, text)
    return (await callsOf('words set', [wordFile]))[0]?.body
  }

  test('is a file with one term a line', async () => {
    expect(await read('# ours\r\nspam\r\n\r\n *casino* \n')).toEqual({
      terms: ['spam', '*casino*'],
    })
  })

  test('can be printed, changed and set again', async () => {
    const terms = ['spam', '#tag', 'two\nlines']
    const printed = String(await printedBy('words', [], () => ({ terms })))
    expect(printed.split('\n')[0]).toBe('# The word list has 3 terms.')
    expect(await read(printed)).toEqual({ terms: ['spam', '#tag', 'two lines'] })
    expect(await read(String(await printedBy('words', [], () => ({ terms: [] }))))).toEqual({
      terms: [],
    })
  })

  test('is refused with the lines of the file', async () => {
    writeFileSync(wordFile, '# ours\nspam\na*b\n')
    const refuse = () => {
      throw new RefusalError('refused', { 'terms.1': 'Must have `*` only at its ends.' })
    }
    await expect(runOf('words set', [wordFile], refuse)).rejects.toThrow(
      'Line 3, "a*b": Must have `*` only at its ends.',
    )
  })

  test('needs a file that is there', async () => {
    await expect(callsOf('words set', [join(folder, 'none')])).rejects.toThrow('cannot be read')
  })
})

describe('what people read', () => {
  const read = async (name: string, ...given: string[]) => printedBy(name, given)

  test('is whole sentences', async () => {
    expect(await read('role', 'ada', 'owner')).toBe('ada is an owner now.')
    expect(await read('mute', 'ada', '2h')).toBe(
      'ada is muted until 2025-11-19 21:35 UTC. Reason: Advertising',
    )
    expect(
      await printedBy('ban', ['ada', 'forever'], ({ method }) =>
        method === 'GET'
          ? [{ id, username: 'ada' }]
          : { mute: null, ban: { until: null, reason: null } },
      ),
    ).toBe('ada is banned for good.')
    expect(await read('unban', 'ada')).toBe('ada is not banned any more.')
    expect(await read('purge', 'ada', 'all')).toBe(
      'The room deleted 3 messages of ada. If the archive has more within this time, nobody sees them any more, and it deletes them now.',
    )
    expect(await read('slow-mode', '10')).toBe(
      'Slow mode is on: one message every 10 seconds for each member.',
    )
    expect(await read('posting', 'everyone')).toBe('Everyone may write.')
    expect(await read('pin', id)).toBe('The message is pinned.')
  })

  test('shows the room as it is, and changes nothing', async () => {
    expect(await callsOf('settings', [])).toEqual([
      { method: 'PATCH', path: '/admin/room', body: {} },
    ])
    const [pin] = room.pins
    expect(await read('settings')).toBe(
      [
        'Owners: Ada Lovelace.',
        'Moderators: none.',
        'Slow mode is on: one message every 10 seconds for each member.',
        'Everyone may write.',
        'Only accounts that are older than ESTABLISHED_AFTER, and moderators, may send links.',
        'The announcement is: The meetup begins at six.',
        'Pinned messages, the latest first:',
        `  ${pin?.id} ${pin?.username}: ${pin?.content}`,
      ].join('\n'),
    )
  })

  test('shows reports, also those of messages that are gone', async () => {
    const { message_id, id, message } = report_filed.data
    expect(await read('reports')).toBe(
      [
        'Bo reported a message of Ada Lovelace on 2025-11-19 21:27 UTC. Reason: Not friendly',
        `  The message ${message_id} says: ${message?.content}`,
        `  The report ${id} is open.`,
      ].join('\n'),
    )
    const gone = { ...report_filed.data, message: null, reported_text: 'Hello' }
    expect(
      await printedBy('reports', [], () => ({ reports: [gone], next_cursor: null })),
    ).toContain(`  The message ${message_id} was deleted.\n  It said: Hello\n`)
  })

  test('says that a list is empty', async () => {
    const empty = () => ({ users: [], reports: [], entries: [], next_cursor: null })
    expect(await printedBy('restricted', [], empty)).toBe('Nobody is muted or banned.')
    expect(await printedBy('reports', ['resolved'], empty)).toBe(
      'There are no reports that are resolved.',
    )
    expect(await printedBy('audit', [], empty)).toBe('Nothing was moderated.')
  })

  test.each(auditActions)('has a sentence for %s of the audit log', (action) => {
    const details = { role: 'owner', status: 'open', since: '2026-11-30T12:00:00.000Z', terms: 3 }
    const entry = { ...audit_added.data, action, details, message_id: id, until: null }
    const line = auditText(entry)
    expect(line).toMatch(/^2025-11-19 21:29 UTC {2}Ada Lovelace .+\. Reason: Advertising$/)
    expect(line).not.toMatch(/did:|undefined|null/)
    expect(auditText({ ...entry, by: null })).toContain('  The operator ')
  })

  test('says what was set', () => {
    const entry = { ...audit_added.data, action: 'change_room' as const, reason: null }
    const details = { slow_mode_ms: 10_000, posting: 'established', announcement: false }
    expect(auditText({ ...entry, details })).toBe(
      '2025-11-19 21:29 UTC  Ada Lovelace changed the room: slow mode 10 s, posting established, no announcement.',
    )
  })

  test('says since when messages were deleted', () => {
    const purge = { ...audit_added.data, action: 'purge' as const, reason: null }
    const since = (iso: string) => auditText({ ...purge, details: { since: iso, messages: 3 } })
    expect(since('2026-11-30T12:00:00.000Z')).toContain('of Bo since 2026-11-30 12:00 UTC.')
    expect(since('1970-01-01T00:00:00.000Z')).toContain('deleted the messages of Bo.')
  })

  test('cannot control a terminal', () => {
    expect(plain('a\u001b[2J\r\nb\u202ec\u009bd')).toBe('a[2J bcd')
    expect(plain('x'.repeat(300))).toBe(`${'x'.repeat(200)}…`)
  })
})

describe('the service', () => {
  test('is that of CHAT_URL', () => {
    const env = { CHAT_URL: 'https://chat.example.com', ADMIN_TOKEN: 'secret' }
    expect(findService(env)).toEqual({ url: env.CHAT_URL, token: 'secret' })
  })

  test('never gets a local token', () => {
    expect(() => findService({ CHAT_URL: 'https://chat.example.com' })).toThrow('ADMIN_TOKEN')
  })

  test('is by default the local one, with its own token', () => {
    writeFileSync(join(folder, 'secrets.json'), '{"adminToken":"local"}')
    expect(findService({ DATA_DIR: folder, PORT: '9000' })).toEqual({
      url: 'http://127.0.0.1:9000',
      token: 'local',
    })
  })

  test('refuses with its reason, and the faults by field', async () => {
    const errors = { until: 'Must be in the future.' }
    const body = { detail: 'Some values are not valid.', errors }
    vi.stubGlobal('fetch', async () => Response.json(body, { status: 422 }))
    onTestFinished(() => void vi.unstubAllGlobals())
    const call = callService(
      { url: 'https://chat.example.com', token: 'x' },
      { method: 'PUT', path: '/admin' },
    )
    await expect(call).rejects.toThrow(
      'https://chat.example.com refuses (422): Some values are not valid. until: Must be in the future.',
    )
    await expect(call).rejects.toMatchObject({ errors })
  })

  test('that cannot be found gives a sentence with the remedy', () => {
    expect(() => findService({ DATA_DIR: join(folder, 'none') })).toThrow('npm start')
    expect(() => findService({ CHAT_URL: 'chat.example.com', ADMIN_TOKEN: 'x' })).toThrow(
      'CHAT_URL must be',
    )
  })
})
