// The answers that the room caches for many callers must never be older than earlier changes.

import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../src/contract/entities.ts'
import type { Page } from '../../src/contract/routes/messages.ts'
import type { TaggedJson } from '../../src/room/rpc.ts'
import { callAs, newPerson, Socket, say, theRoom } from '../support/chat.ts'

const parsed = <T>({ text }: TaggedJson): T => JSON.parse(text ?? 'null')

async function newest(known: string | null = null, limit = 2): Promise<TaggedJson> {
  const answer = await theRoom().page(null, limit, known)
  if (!('tag' in answer)) throw new Error('The room alone could not answer.')
  return answer
}

describe('the newest page', () => {
  it('HIST-11 is made once for each state of the log, and is that of now', async () => {
    const person = await newPerson()
    for (const text of ['a', 'b', 'c', 'd']) await say(person, text)
    let { tag } = await newest()
    expect(await newest(tag)).toEqual({ tag, text: null })
    expect((await newest(null)).tag).toBe(tag)

    const contents = async () => {
      const answer = await newest(tag)
      expect(answer.tag).not.toBe(tag)
      tag = answer.tag
      return parsed<Page>(answer).messages.map(({ content }) => content)
    }
    const { id } = await say(await newPerson(), 'e')
    expect(await contents()).toEqual(['e', 'd'])
    const { user_id } = parsed<Page>(await newest()).messages[0] as Page['messages'][number]
    await theRoom().removeAny(id)
    expect(await contents()).toEqual(['d', 'c'])
    const last = parsed<Page>(await newest()).messages[0]?.id
    await callAs(person, 'PATCH', `/messages/${last}`, { content: 'D' })
    expect(await contents()).toEqual(['D', 'c'])
    await say(await newPerson(), 'f')
    expect(await contents()).toEqual(['f', 'D'])
    await theRoom().erase(user_id, 'delete')
    expect(await contents()).toEqual(['f', 'D'])
    await theRoom().erase(person.id, 'keep')
    expect(await contents()).toEqual(['f', 'D'])
    expect(parsed<Page>(await newest()).messages[1]?.username).not.toBe(person.username)
  })

  it('HIST-11 is not mistaken for that of an earlier start of the room', async () => {
    const { tag } = await newest()
    await evictDurableObject(theRoom())
    expect((await newest(tag)).text).not.toBeNull()
    await abortAllDurableObjects()
    expect((await newest(tag)).text).not.toBeNull()
  })

  it('HIST-11 is another one for each limit', async () => {
    const sizes = async () => {
      const pages: number[] = []
      for (const limit of [1, 2])
        pages.push(parsed<Page>(await newest(null, limit)).messages.length)
      return pages
    }
    expect(await sizes()).toEqual([1, 2])
    expect(await sizes()).toEqual([1, 2])
  })
})

describe('who is online', () => {
  it('ONLINE-3 is made once for each coming and going, and is that of now', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()]
    const first = await Socket.join(ada)
    const { tag, ...alone } = await theRoom().onlineText(null)
    expect(parsed<Member[]>({ tag, ...alone })).toEqual([{ id: ada.id, username: ada.username }])
    expect(await theRoom().onlineText(tag)).toEqual({ tag, text: null })

    const second = await Socket.join(ben)
    const both = await theRoom().onlineText(tag)
    expect(parsed<Member[]>(both).map(({ id }) => id)).toEqual([ada.id, ben.id])
    await theRoom().bar(ben.id)
    expect(parsed<Member[]>(await theRoom().onlineText(both.tag))).toEqual(
      parsed<Member[]>({ tag, ...alone }),
    )
    await second.closed
    await first.close()
  })
})
