import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { erasedName } from '../../src/contract/values.ts'
import { firstIdAt, idAfter } from '../../src/domain/ids.ts'
import { refusal } from '../api/responses.ts'
import {
  callAs,
  newPerson,
  type Person,
  Socket,
  say,
  sql,
  theRoom,
  trouble,
} from '../support/chat.ts'
import {
  callMeanwhile,
  forgetAll,
  lookUp,
  post,
  readPage,
  send,
  sendMany,
  shownEverywhere,
} from '../support/conversation.ts'
import { newModerator } from './moderation/moderators.ts'

let ada: Person
let ben: Person
let target: Message
let secret: string

beforeEach(async () => {
  ada = await newPerson('ada')
  ben = await newPerson('ben')
  secret = `a text that will be gone ${ada.id}`
  target = await say(ada, secret)
})

afterEach(() => trouble({ part: 'postgres' }))

const asShown = (message: Message = target) => ({
  ...{ id: message.id, user_id: message.user_id, username: message.username },
  ...{ excerpt: message.content, is_deleted: message.is_deleted },
})

const reply = (content = 'a reply') => send(ben, { content, reply_to: target.id })

const referencedOf = async (message: Message) =>
  (await shownEverywhere(message)).map(({ referenced }) => referenced)

describe('a reply', () => {
  it('REPLY-1 A reply is shown with the message that it replies to, as that is now: in its event, its answer, replays, pages and look-ups', async () => {
    const socket = await Socket.join(ada, { batching: true })
    const { epoch } = socket.of('welcome')[0]?.data ?? {}
    const since = socket.of('synced')[0]?.seq
    const message = await reply()
    expect(message).toMatchObject({ reply_to: target.id, referenced: asShown() })
    expect((await socket.next('new_message')).data).toEqual(message)
    for (const shown of await shownEverywhere(message)) expect(shown).toEqual(message)

    const edit = await callAs(ada, 'PATCH', `/messages/${target.id}`, { content: 'edited' })
    const edited: Message = await edit.json()
    expect(await referencedOf(message)).toEqual(Array(5).fill(asShown(edited)))
    const back = await Socket.join(ada, { query: `epoch=${epoch}&since=${since}` })
    expect(back.of('new_message').map(({ data }) => data)).toEqual([
      { ...message, referenced: asShown(edited) },
    ])
    await back.close()
  })

  it('REPLY-2 The answers to a retry and to an edit show it too, and a socket can send it', async () => {
    const socket = await Socket.join(ben)
    const data = { content: 'by socket', reply_to: target.id, client_id: crypto.randomUUID() }
    socket.send('send_message', data)
    const first = (await socket.next('new_message')).data
    expect(first.referenced).toEqual(asShown())
    socket.send('send_message', data)
    expect((await socket.next('new_message')).data).toEqual(first)
    const edit = await callAs(ben, 'PATCH', `/messages/${first.id}`, { content: 'edited' })
    expect(await edit.json()).toMatchObject({ content: 'edited', referenced: asShown() })
    await socket.close()
  })

  it('REPLY-3 Where only Postgres has the message that it replies to, pages and look-ups show it, and events and pages from the log alone do not', async () => {
    await forgetAll()
    const message = await reply()
    expect(message.reply_to).toBe(target.id)
    expect(message).not.toHaveProperty('referenced')
    expect(await referencedOf(message)).toEqual(Array(5).fill(asShown()))
    await sendMany(1)
    const later = await reply('a reply later')
    const [fromLog] = (await readPage('?limit=1')).messages
    expect(fromLog).toMatchObject({ id: later.id, reply_to: target.id })
    expect(fromLog).not.toHaveProperty('referenced')
    await forgetAll()
    expect(await referencedOf(message)).toEqual(Array(5).fill(asShown()))
  })

  it('REPLY-4 A page of the log alone asks nobody for the message that it replies to', async () => {
    await forgetAll()
    const message = await reply()
    await sendMany(2)
    await trouble({ part: 'postgres', fault: 'refuse' })
    const { messages } = await readPage('?limit=2')
    expect(messages).toHaveLength(2)
    const found = await lookUp(message.id)
    expect(found.reply_to).toBe(target.id)
    expect(found).not.toHaveProperty('referenced')
  })

  it('REPLY-5 The excerpt has at most 140 code points, and ends at a whole one', async () => {
    const long = await say(ada, `x${'💬'.repeat(300)}`)
    const message = await send(ben, { reply_to: long.id })
    expect(message.referenced?.excerpt).toBe(`x${'💬'.repeat(139)}`)
    await forgetAll()
    for (const referenced of await referencedOf(message))
      expect(referenced?.excerpt).toBe(`x${'💬'.repeat(139)}`)
  })

  it('REPLY-6 A reply to a message that certainly does not exist is refused', async () => {
    const unknown = { reply_to: crypto.randomUUID().replace(/^./, 'f') }
    await refusal(await post(ben, unknown), 'not_found')
    await refusal(await post(ben, { reply_to: idAfter(target.id) }), 'not_found')
    const socket = await Socket.join(ben)
    socket.send('send_message', { content: 'by socket', client_id: 'c-7', ...unknown })
    const { data } = await socket.next('error')
    expect(data).toMatchObject({ code: 'not_found', event: 'send_message', client_id: 'c-7' })
    await socket.close()
    const wrong = await refusal(await post(ben, { reply_to: 'first' }), 'invalid')
    expect(Object.keys(wrong.errors ?? {})).toEqual(['reply_to'])
  })

  it('REPLY-7 A reply to a message that only the archive could have is accepted, whether it has it or not', async () => {
    const never = firstIdAt(Date.parse('2020-02-02T02:02:02Z'))
    const message = await send(ben, { reply_to: never })
    expect(message.reply_to).toBe(never)
    for (const shown of await shownEverywhere(message)) {
      expect(shown.reply_to).toBe(never)
      expect(shown).not.toHaveProperty('referenced')
    }
  })

  it('REPLY-8 A reply to a deleted message is accepted, and shows that it is deleted', async () => {
    await callAs(ada, 'DELETE', `/messages/${target.id}`)
    const deleted = { ...asShown(), excerpt: '', is_deleted: true }
    const message = await reply()
    expect(message.referenced).toEqual(deleted)
    expect(await referencedOf(message)).toEqual(Array(5).fill(deleted))
    await forgetAll()
    expect(await referencedOf(message)).toEqual(Array(5).fill(deleted))
  })
})

type Removal = (moderator: Person) => Promise<unknown>

const removals: [string, Removal][] = [
  ['deleted', () => callAs(ada, 'DELETE', `/messages/${target.id}`)],
  ['deleted by a moderator', (by) => callAs(by, 'DELETE', `/messages/${target.id}`)],
  ['deleted by the operator', () => theRoom().removeAny(target.id)],
  ['purged', (by) => callAs(by, 'POST', `/users/${ada.id}/purge`, { since: target.created_at })],
  ['erased', () => theRoom().erase(ada.id, 'delete')],
]

describe.each(removals)('a message that was %s', (_name, remove) => {
  it('REPLY-9 is shown with no reply to it once that was answered: not by the log, nor while Postgres still has the text', async () => {
    const moderator = await newModerator()
    const message = await reply()
    await forgetAll()
    const later = await reply('a reply later')
    const socket = await Socket.join(ben)
    const { epoch } = socket.of('welcome')[0]?.data ?? {}
    const since = (await readPage()).position.seq

    await remove(moderator)

    const hidden = { excerpt: '', is_deleted: true }
    for (const shown of await shownEverywhere(message)) {
      expect(shown.referenced).toMatchObject({ id: target.id, ...hidden })
      expect(JSON.stringify(shown)).not.toContain(secret)
    }
    for (const shown of await shownEverywhere(later))
      expect(JSON.stringify(shown)).not.toContain(secret)
    expect(JSON.stringify(await send(ben, { reply_to: target.id }))).not.toContain(secret)
    const back = await Socket.join(ben, { query: `epoch=${epoch}&since=${since}` })
    expect(back.of('welcome')[0]?.data.resumed).toBe(true)
    expect(back.raw.join()).not.toContain(secret)
    await back.close()
  })

  it.each(['?limit=2', '?around=REPLY', '?after=TARGET', '/REPLY'])(
    'REPLY-10 is not shown by a read that was under way, also after it had asked Postgres: %s',
    async (query) => {
      const moderator = await newModerator()
      const message = await reply()
      await forgetAll()
      const path = `/messages${query.replace('REPLY', message.id).replace('TARGET', target.id)}`
      let looks = 0
      const shown = await callMeanwhile(path, async (call, count) => {
        if (call === 'overlay') looks = count
      })
      expect(await shown.text()).toContain(secret)

      let status = 0
      const answered = await callMeanwhile(path, async (call, count) => {
        if (call === 'overlay' && count === looks)
          status = ((await remove(moderator)) as Response | undefined)?.status ?? 204
      })
      expect([answered.status, status]).toEqual([200, expect.toBeOneOf([200, 204])])
      expect(await answered.text()).not.toContain(secret)
    },
  )
})

describe('the author of the message that a reply is to', () => {
  it('REPLY-11 has no name there once the account was erased, also while Postgres still has it', async () => {
    const message = await reply()
    await forgetAll()
    await theRoom().erase(ada.id, 'keep')
    for (const referenced of await referencedOf(message))
      expect(referenced).toEqual({ ...asShown(), username: erasedName })
    const [{ username } = {}] = await sql()`select username from users where id = ${ada.id}`
    expect(username).toBe(ada.username)
  })
})
