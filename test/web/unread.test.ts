import { describe, expect, test } from 'vitest'
import { firstNew, NewMessages } from '../../src/web/conversation/unread.ts'
import { ada, idOf, pending, sent } from './messages.ts'

const marker = (lastRead: number | null, unread: number) => ({
  lastReadId: lastRead === null ? null : idOf(lastRead),
  unread,
  mentions: 0,
})

describe('new messages', () => {
  test('are none on the first visit', () => {
    const news = new NewMessages()
    news.follow(marker(null, 0))
    expect([news.afterId, news.count]).toEqual([null, 0])
  })

  test('begin after the last message that was read', () => {
    const news = new NewMessages()
    news.follow(marker(1, 2))
    expect([news.afterId, news.count]).toEqual([idOf(1), 2])
  })

  test('keep their beginning and their number while they are read', () => {
    const news = new NewMessages()
    news.follow(marker(1, 3))
    news.follow(marker(2, 2))
    news.follow(marker(4, 0))
    expect([news.afterId, news.count]).toEqual([idOf(1), 3])
  })

  test('begin anew when others come after all were read', () => {
    const news = new NewMessages()
    news.follow(marker(1, 3))
    news.follow(marker(4, 0))
    news.follow(marker(4, 1))
    expect([news.afterId, news.count]).toEqual([idOf(4), 1])
  })

  test('keep their beginning, but offer no way to it, once it was seen', () => {
    const news = new NewMessages()
    news.follow(marker(1, 3))
    news.onBeginningSeen()
    expect([news.afterId, news.count]).toEqual([idOf(1), 0])
  })

  test('are none after the user has sent a message', () => {
    const news = new NewMessages()
    news.follow(marker(1, 3))
    news.clear()
    expect([news.afterId, news.count]).toEqual([null, 0])
    // The list is still on its way to its end.
    news.follow(marker(1, 3))
    expect([news.afterId, news.count]).toEqual([null, 0])
    news.follow(marker(4, 0))
    news.follow(marker(4, 1))
    expect([news.afterId, news.count]).toEqual([idOf(4), 1])
  })
})

describe('the first new message', () => {
  const found = (messages: Parameters<typeof firstNew>[0]['messages'], hasOlder = false) =>
    firstNew({ messages, hasOlder }, { afterId: idOf(2), userId: ada.id })?.key

  test('is the first one of another person', () => {
    const messages = [sent(1), sent(2), sent(3, { by: ada }), sent(4), sent(5), pending('a')]
    expect(found(messages)).toBe(idOf(4))
  })

  test('is found also if the last message that was read is deleted', () => {
    expect(found([sent(1), sent(3)])).toBe(idOf(3))
    expect(found([sent(3)])).toBe(idOf(3))
  })

  test('is not known before the messages above it are loaded', () => {
    expect(found([sent(3), sent(4)], true)).toBeUndefined()
  })

  test('is none without new messages of others', () => {
    expect(found([sent(1), sent(2), sent(3, { by: ada })])).toBeUndefined()
    expect(
      firstNew({ messages: [sent(1)], hasOlder: false }, { afterId: null, userId: ada.id }),
    ).toBeUndefined()
  })
})
