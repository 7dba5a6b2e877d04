// The commands of moderation: the operator may do all that owners and moderators may, and appoints owners.

import { readFileSync } from 'node:fs'
import type {
  RestrictedPerson,
  Restrictions,
  Room,
  RoomChange,
  WordList,
} from '../src/contract/moderation.ts'
import type { AuditEntry, Report } from '../src/contract/moderation-records.ts'
import { findAccount, who } from './accounts.ts'
import { type CallService, type Command, oneOf, readDuration, wholeNumber } from './command.ts'
import {
  announcementText,
  auditText,
  linksText,
  postingText,
  reportText,
  restrictedText,
  restrictionText,
  roomText,
  slowModeText,
} from './moderation-text.ts'
import { RefusalError, UsageError } from './usage-error.ts'

const untilEnd = '10m|2h|1d|forever'
const audiences = ['everyone', 'established', 'moderators'] as const
const statuses = ['open', 'resolved', 'dismissed'] as const
const slowModeMaxSeconds = 120
/** Rows of one list that are printed at most. */
const rowsMax = 1_000

const inPath = encodeURIComponent

function restrictCommand(kind: 'mute' | 'ban', description: string): Command {
  return {
    parameters: [who, untilEnd],
    optional: 'reason',
    endsInText: true,
    description,
    async run(ask, account = '', duration = '', reason) {
      const ms = readDuration(duration, 'forever')
      const { id, name } = await findAccount(ask, account)
      const until = ms === null ? null : new Date(Date.now() + ms).toISOString()
      const body = { until, ...(reason !== undefined && { reason }) }
      const path = `/admin/users/${id}/${kind}`
      const restrictions = (await ask({ method: 'PUT', path, body })) as Restrictions
      const done = restrictions[kind] ?? { until, reason: reason ?? null }
      return restrictionText(name, kind === 'mute' ? 'muted' : 'banned', done)
    },
  }
}

function endCommand(kind: 'mute' | 'ban', description: string): Command {
  return {
    parameters: [who],
    description,
    async run(ask, account = '') {
      const { id, name } = await findAccount(ask, account)
      await ask({ method: 'DELETE', path: `/admin/users/${id}/${kind}` })
      return `${name} is not ${kind === 'mute' ? 'muted' : 'banned'} any more.`
    },
  }
}

/** A change of nothing answers with the state as it is. */
const changeRoom = async (ask: CallService, body: RoomChange) =>
  (await ask({ method: 'PATCH', path: '/admin/room', body })) as Room

/** Reads pages until there are enough rows. */
async function readRows<R>(
  ask: CallService,
  { path, field, max }: { path: string; field: string; max: number },
): Promise<{ rows: R[]; hasMore: boolean }> {
  const rows: R[] = []
  let cursor: string | null = null
  do {
    const mark = path.includes('?') ? '&' : '?'
    const page = (await ask({
      method: 'GET',
      path: cursor === null ? path : `${path}${mark}cursor=${cursor}`,
    })) as Record<string, unknown>
    rows.push(...(page[field] as R[]))
    cursor = page.next_cursor as string | null
  } while (cursor !== null && rows.length < max)
  return { rows: rows.slice(0, max), hasMore: cursor !== null || rows.length > max }
}

const countOf = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

const listText = (texts: string[], hasMore: boolean) =>
  [...texts, ...(hasMore ? ['There are more.'] : [])].join('\n')

/** A line that begins with `#` is a remark, so a term that does is written with a space before it. */
const lineOf = (term: string) => term.replaceAll(/\s+/g, ' ').replace(/^#/, ' #')

function readTerms(file: string): { term: string; line: number }[] {
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .split('\n')
      .map((text, index) => ({ text, term: text.trim(), line: index + 1 }))
      .filter(({ text, term }) => term !== '' && !text.startsWith('#'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

const pinCommand = (method: 'PUT' | 'DELETE', description: string): Command => ({
  parameters: ['message id'],
  description,
  async run(ask, id = '') {
    await ask({ method, path: `/admin/room/pins/${inPath(id)}` })
    return `The message is ${method === 'PUT' ? 'pinned' : 'not pinned any more'}.`
  },
})

function audienceCommand(name: 'posting' | 'links', description: string): Command {
  const text = name === 'posting' ? postingText : linksText
  return {
    parameters: [audiences.join('|')],
    description,
    async run(ask, audience = '') {
      return text((await changeRoom(ask, { [name]: oneOf(audience, audiences) }))[name])
    },
  }
}

export const moderationCommands: Record<string, Command> = {
  settings: {
    parameters: [],
    description: 'shows owners, moderators, settings and pins of the room',
    run: async (ask) => roomText(await changeRoom(ask, {})),
  },
  role: {
    parameters: [who, 'owner|moderator|member'],
    description: 'appoints or dismisses owners and moderators',
    async run(ask, account = '', wanted = '') {
      const role = oneOf(wanted, ['owner', 'moderator', 'member'])
      const { id, name } = await findAccount(ask, account)
      await ask({ method: 'PUT', path: `/admin/users/${id}/role`, body: { role } })
      return `${name} is ${role === 'owner' ? 'an' : 'a'} ${role} now.`
    },
  },
  mute: restrictCommand('mute', 'lets a person read, and not write'),
  unmute: endCommand('mute', 'ends a mute'),
  ban: restrictCommand('ban', 'keeps a person out of the room; their account can still log in'),
  unban: endCommand('ban', 'ends a ban'),
  restricted: {
    parameters: [],
    description: 'lists the people who are muted or banned',
    async run(ask) {
      const path = '/admin/users/restricted'
      const { rows, hasMore } = await readRows<RestrictedPerson>(ask, {
        ...{ path, field: 'users', max: rowsMax },
      })
      return rows.length === 0
        ? 'Nobody is muted or banned.'
        : listText(rows.map(restrictedText), hasMore)
    },
  },
  purge: {
    parameters: [who, '10m|2h|1d|all'],
    optional: 'reason',
    endsInText: true,
    description: 'deletes all messages that a person has sent within this time, for good',
    async run(ask, account = '', duration = '', reason) {
      const ms = readDuration(duration, 'all')
      const { id, name } = await findAccount(ask, account)
      const since = new Date(ms === null ? 0 : Date.now() - ms).toISOString()
      const { messages } = (await ask({
        method: 'POST',
        path: `/admin/users/${id}/purge`,
        body: { since, ...(reason !== undefined && { reason }) },
      })) as { messages: number }
      return `The room deleted ${countOf(messages, 'message')} of ${name}. If the archive has more within this time, nobody sees them any more, and it deletes them now.`
    },
  },
  'slow-mode': {
    parameters: ['seconds|off'],
    description: `sets the least time between two messages of a member, up to ${slowModeMaxSeconds} s`,
    async run(ask, text = '') {
      const bounds = { what: 'seconds', min: 0, max: slowModeMaxSeconds }
      const seconds = text === 'off' ? 0 : wholeNumber(text, bounds)
      return slowModeText((await changeRoom(ask, { slow_mode_ms: seconds * 1_000 })).slow_mode_ms)
    },
  },
  posting: audienceCommand('posting', 'sets who may write'),
  links: audienceCommand('links', 'sets who may send links'),
  announce: {
    parameters: ['text|off'],
    endsInText: true,
    description: 'sets or removes the announcement',
    async run(ask, text = '') {
      const announcement = text === 'off' ? null : text
      return announcementText((await changeRoom(ask, { announcement })).announcement)
    },
  },
  pin: pinCommand('PUT', 'pins a message for everyone'),
  unpin: pinCommand('DELETE', 'unpins a message'),
  words: {
    parameters: [],
    description: 'prints the word list, one term a line',
    async run(ask) {
      const { terms } = (await ask({ method: 'GET', path: '/admin/room/words' })) as WordList
      const head = terms.length === 0 ? 'is empty' : `has ${countOf(terms.length, 'term')}`
      return [`# The word list ${head}.`, ...terms.map(lineOf)].join('\n')
    },
  },
  'words set': {
    parameters: ['file'],
    description: 'replaces the word list by a file with one term a line; # begins a remark',
    async run(ask, file = '') {
      const given = readTerms(file)
      const body = { terms: given.map(({ term }) => term) }
      try {
        const list = (await ask({ method: 'PUT', path: '/admin/room/words', body })) as WordList
        return `The word list has ${countOf(list.terms.length, 'term')} now.`
      } catch (error) {
        throw withLines(error, given)
      }
    },
  },
  reports: {
    parameters: [],
    optional: statuses.join('|'),
    description: 'lists the reports, newest first; without a word the open ones',
    async run(ask, wanted = 'open') {
      const status = oneOf(wanted, statuses)
      const { rows, hasMore } = await readRows<Report>(ask, {
        ...{ path: `/admin/reports?status=${status}`, field: 'reports', max: rowsMax },
      })
      return rows.length === 0
        ? `There are no reports that are ${status}.`
        : listText(rows.map(reportText), hasMore)
    },
  },
  report: {
    parameters: ['report id', 'resolved|dismissed|open'],
    description: 'closes a report, or opens it again',
    async run(ask, id = '', wanted = '') {
      const body = { status: oneOf(wanted, statuses) }
      const path = `/admin/reports/${inPath(id)}`
      return reportText((await ask({ method: 'PATCH', path, body })) as Report)
    },
  },
  audit: {
    parameters: [],
    optional: 'number',
    description: 'shows what was moderated, newest first: 50 entries, or this many',
    async run(ask, text = '50') {
      const max = wholeNumber(text, { what: 'entries', min: 1, max: rowsMax })
      const { rows, hasMore } = await readRows<AuditEntry>(ask, {
        ...{ path: '/admin/audit', field: 'entries', max },
      })
      return rows.length === 0 ? 'Nothing was moderated.' : listText(rows.map(auditText), hasMore)
    },
  },
}

/** Names the lines of a file instead of the positions in the list. */
function withLines(error: unknown, given: { term: string; line: number }[]): unknown {
  if (!(error instanceof RefusalError)) return error
  const faults = Object.entries(error.errors).flatMap(([field, fault]) => {
    const place = given[Number(/^terms\.(\d+)$/.exec(field)?.[1] ?? Number.NaN)]
    return place ? [`Line ${place.line}, ${JSON.stringify(place.term)}: ${fault}`] : []
  })
  return faults.length > 0 ? new UsageError(faults.join('\n')) : error
}
