// Reads what the room says. Many get the same bytes soon after each other: those are read once.

export type Heard = {
  welcome: { user_id: string; epoch: string; resumed: boolean } | null
  /** Said by `users_online`. */
  online: number | null
  /** Users who came or went since. */
  joined: readonly string[]
  left: readonly string[]
  messages: readonly { id: string; content: string }[]
  /** Of the live frames. */
  seqs: readonly number[]
  /** Head of the room, when everything missed was told. */
  syncedAt: number | null
  refusals: readonly string[]
}

type Frame = {
  event: string
  seq?: number
  data: {
    id: string
    user_id: string
    content: string
    epoch: string
    resumed: boolean
    count: number
    code: string
  }
}

const nothing: Heard = {
  welcome: null,
  online: null,
  joined: [],
  left: [],
  messages: [],
  seqs: [],
  syncedAt: null,
  refusals: [],
}

/** Who it is does not matter to a client that is never told of itself. */
const someoneJoined: Heard = { ...nothing, joined: ['someone'] }
const joinedAlone = Buffer.from('{"event":"user_joined"')
const welcomed = Buffer.from('[{"event":"welcome"')
const afterWelcome = Buffer.from('{"event":"users_online"')
/** So many different sends are on their way to a crowd at a time: parts of it, and newcomers. */
const rememberedMax = 32

export function createHearing(): (raw: Buffer) => Heard[] {
  const readOnce = remembering()
  return (raw) => {
    if (startsWith(raw, joinedAlone)) return [someoneJoined]
    const shared = startsWith(raw, welcomed) ? raw.indexOf(afterWelcome) : -1
    if (shared < 0) return [readOnce(raw)]
    // A welcome is each one's own; what follows is the same for all who came at the same time and
    // missed the same.
    const own = Buffer.concat([raw.subarray(0, shared - 1), Buffer.from(']')])
    return [read(own.toString()), readOnce(raw.subarray(shared))]
  }
}

function remembering(): (raw: Buffer) => Heard {
  const latest: { raw: Buffer; heard: Heard }[] = []
  return (raw) => {
    const known = latest.find((one) => one.raw.equals(raw))
    if (known) return known.heard
    const text = raw.toString()
    const heard = read(text.endsWith(']') && !text.startsWith('[') ? `[${text}` : text)
    latest.unshift({ raw, heard })
    latest.length = Math.min(latest.length, rememberedMax)
    return heard
  }
}

const startsWith = (raw: Buffer, start: Buffer) =>
  raw.length >= start.length && raw.compare(start, 0, start.length, 0, start.length) === 0

function read(text: string): Heard {
  const parsed: Frame | Frame[] = JSON.parse(text)
  const frames = Array.isArray(parsed) ? parsed : [parsed]
  const of = (event: string) => frames.filter((frame) => frame.event === event)
  const [welcome] = of('welcome')
  const [roster] = of('users_online')
  const [synced] = of('synced')
  const messages = of('new_message').map(({ data: { id, content } }) => ({ id, content }))
  if (messages.some(({ id }, n) => n > 0 && id <= (messages[n - 1]?.id ?? '')))
    throw new Error('Messages came out of order')
  return {
    welcome: welcome ? welcome.data : null,
    online: roster ? roster.data.count : null,
    joined: of('user_joined').map(({ data }) => data.user_id),
    left: of('user_left').map(({ data }) => data.user_id),
    messages,
    seqs: frames.flatMap(({ event, seq }) =>
      seq === undefined || event === 'synced' ? [] : [seq],
    ),
    syncedAt: synced?.seq ?? null,
    refusals: of('error').map(({ data }) => data.code),
  }
}
