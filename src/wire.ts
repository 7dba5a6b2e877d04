// The only place that builds things: what a request is answered with, and what the room is made of.

import { type Config, ConfigError, readConfig } from './config.ts'
import { createAddressDigest } from './crypto/address-digest.ts'
import { createRefreshTokens } from './crypto/refresh-token.ts'
import { createTokens, type Tokens } from './crypto/token.ts'
import type { Env } from './env.ts'
import { ClosedSockets } from './http/closed-sockets.ts'
import type { Parts, Stores } from './http/parts.ts'
import { WaitingAccounts } from './http/waiting-accounts.ts'
import { journalFault, traits } from './journal.ts'
import { connectPostgres, postgresFault } from './postgres/client.ts'
import { writeLastSeen } from './postgres/members.ts'
import { bytesOf, findMessage, upsertMessages } from './postgres/messages.ts'
import { connectRedis } from './redis/client.ts'
import { writeMirror } from './redis/presence-mirror.ts'
import { readSends, writeSends } from './redis/send-window.ts'
import type { RoomPorts } from './room/ports.ts'

/** In milliseconds, how long a store may take. */
const deadlines = {
  /** One wait for each still answers a person within three seconds. */
  person: { postgres: 1_800, redis: 900 },
  probe: { postgres: 1_000, redis: 1_000 },
  /** After the answer, and behind the room, nobody waits. */
  background: { postgres: 10_000, redis: 5_000 },
}

const roomName = 'room'

/** What lives as long as the isolate. */
type Core = Pick<
  Parts,
  | 'config'
  | 'tokens'
  | 'refreshTokens'
  | 'digestOfAddress'
  | 'findings'
  | 'closedSockets'
  | 'waitingAccounts'
>

const cores = new WeakMap<Env, Core | null>()

function tokensOf(config: Config): Tokens {
  return createTokens({
    environment: config.ENVIRONMENT,
    secret: config.JWT_SECRET,
    previousSecret: config.JWT_SECRET_PREVIOUS,
    ttlSeconds: config.ACCESS_TOKEN_TTL,
  })
}

function readCore(env: Env): Core | null {
  try {
    const config = readConfig(env)
    const refreshTokens = createRefreshTokens({
      environment: config.ENVIRONMENT,
      secret: config.JWT_SECRET,
      previousSecret: config.JWT_SECRET_PREVIOUS,
    })
    return {
      config,
      tokens: tokensOf(config),
      refreshTokens,
      digestOfAddress: createAddressDigest(config.JWT_SECRET),
      findings: new Map(),
      waitingAccounts: new WaitingAccounts(),
      closedSockets: new ClosedSockets(),
    }
  } catch (error) {
    const named = error instanceof ConfigError
    journalFault('configuration_wrong', named ? { detail: error.message } : traits(error))
    return null
  }
}

function coreOf(env: Env): Core | null {
  let core = cores.get(env)
  if (core === undefined) {
    core = readCore(env)
    cores.set(env, core)
  }
  return core
}

/** Connected at first use: most calls need neither. */
function connectStores(config: Config, signals: { [Store in keyof Stores]: () => AbortSignal }) {
  let postgres: Stores['postgres'] | undefined
  let redis: Stores['redis'] | undefined
  return {
    get postgres() {
      postgres ??= connectPostgres({
        url: config.DATABASE_URL,
        fetchEndpoint: config.NEON_FETCH_ENDPOINT,
        signal: signals.postgres,
      })
      return postgres
    },
    get redis() {
      redis ??= connectRedis({
        url: config.UPSTASH_REDIS_REST_URL,
        token: config.UPSTASH_REDIS_REST_TOKEN,
        signal: signals.redis,
      })
      return redis
    },
  } satisfies Stores
}

function signalsAfter({ postgres, redis }: { [Store in keyof Stores]: number }) {
  return {
    postgres: () => AbortSignal.timeout(postgres),
    redis: () => AbortSignal.timeout(redis),
  }
}

/** For one request; null while the configuration is wrong, which is logged once. */
export function wireRequest(env: Env): Parts | null {
  const core = coreOf(env)
  if (!core) return null
  const hint = core.config.LOCATION_HINT
  const stores = connectStores(core.config, signalsAfter(deadlines.person))
  return {
    ...core,
    get postgres() {
      return stores.postgres
    },
    get redis() {
      return stores.redis
    },
    room: () => env.ROOM.getByName(roomName, hint && { locationHint: hint }),
    edge: { caller: env.EDGE_LIMIT, address: env.ADDRESS_LIMIT },
    watched: connectStores(core.config, signalsAfter(deadlines.probe)),
    background: connectStores(core.config, signalsAfter(deadlines.background)),
  }
}

/**
 * Gives the stores for one piece of work, and ends the work when its time is up. No timer outlives
 * the work: one would keep the room from sleeping.
 */
async function withStores<T>(
  config: Config,
  ms: number,
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), ms)
  const signal = () => end.signal
  try {
    return await work(connectStores(config, { postgres: signal, redis: signal }))
  } finally {
    clearTimeout(timer)
  }
}

/** For one start of the room. Throws while the configuration is wrong: then no call comes this far. */
export function furnishRoom(env: Env, machineNow: RoomPorts['machineNow']): RoomPorts {
  const config = readConfig(env)
  const { verify } = tokensOf(config)
  const sends = { max: config.MESSAGE_LIMIT, windowMs: config.MESSAGE_WINDOW_MS }
  const inBackground = <T>(store: keyof Stores, work: (stores: Stores) => Promise<T>) =>
    withStores(config, deadlines.background[store], work)
  return {
    wall: () => Date.now(),
    machineNow,
    tokenLifeMs: config.ACCESS_TOKEN_TTL * 1_000,
    verify,
    limits: {
      sends,
      changes: { max: config.CHANGE_LIMIT, windowMs: 10_000 },
      connects: { max: config.CONNECT_LIMIT, windowMs: 60_000 },
      room: { max: config.ROOM_LIMIT, sends: config.ROOM_SENDS, windowMs: 1_000 },
    },
    sockets: {
      room: config.ROOM_SOCKETS,
      user: config.USER_SOCKETS,
      address: config.ADDRESS_SOCKETS,
    },
    archive: {
      write: (messages) =>
        inBackground('postgres', ({ postgres }) => upsertMessages(postgres, messages)),
      bytesOf,
      find: (id) =>
        withStores(config, deadlines.person.postgres, ({ postgres }) => findMessage(postgres, id)),
      writeLastSeen: (departures) =>
        inBackground('postgres', ({ postgres }) => writeLastSeen(postgres, departures)),
      faultCode: postgresFault,
    },
    mirror: {
      writePresence: (members) => inBackground('redis', ({ redis }) => writeMirror(redis, members)),
      writeSends: (sent, now) =>
        inBackground('redis', ({ redis }) => writeSends(redis, sent, { now, ...sends })),
      readSends: (now) => inBackground('redis', ({ redis }) => readSends(redis, { now, ...sends })),
    },
  }
}
