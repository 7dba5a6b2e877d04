import { afterEach, describe, expect, test } from 'vitest'
import { type Message, User } from '../../src/contract/entities.ts'
import { call, callAs, flushed, newPerson, say, trouble } from '../support/chat.ts'
import { callIn, registered, session } from './accounts.ts'
import { answer } from './responses.ts'

/** Has the effect of `alter database … set`. */
const begin = Object.entries({
  datestyle: 'German',
  timezone: 'Asia/Kathmandu',
  intervalstyle: 'sql_standard',
  search_path: 'information_schema',
  standard_conforming_strings: 'off',
})
  .map(([name, value]) => `set ${name} to '${value}'`)
  .join(';')

afterEach(() => trouble({ part: 'postgres' }))

describe('settings of the database’s owner', () => {
  test("SETTING-1 Settings of the database's owner change nothing about accounts and sessions", async () => {
    await trouble({ part: 'postgres', begin })
    const { email, user } = await registered()
    expect(Math.abs(Date.now() - Date.parse(user.created_at))).toBeLessThan(60_000)

    const tokens = await session(email)
    expect(await answer(await callIn(tokens, 'GET', '/auth/me'), 200, User)).toEqual(user)
    const listed = (await (await callIn(tokens, 'GET', '/auth/sessions')).json()) as object[]
    expect(listed).toMatchObject([{ current: true }])

    await trouble({ part: 'postgres' })
    expect(await answer(await callIn(tokens, 'GET', '/auth/me'), 200, User)).toEqual(user)
    expect(await (await callIn(tokens, 'GET', '/auth/sessions')).json()).toEqual(listed)
  })

  test("SETTING-2 Settings of the database's owner change nothing about archived messages", async () => {
    const ada = await newPerson()
    await trouble({ part: 'postgres', begin })
    const message = await say(ada, 'a \\ b')
    const changed = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'c \\ d' })
    const { client_id, ...edited } = (await changed.json()) as Message
    await flushed()

    const exported = (await (await callAs(ada, 'GET', '/auth/me/export')).json()) as object
    expect(exported).toMatchObject({ messages: [edited] })

    await trouble({ part: 'postgres' })
    const plain = (await (await callAs(ada, 'GET', '/auth/me/export')).json()) as object
    expect(plain).toMatchObject({ messages: [edited] })
    expect((await call('/ready')).status).toBe(200)
  })
})
