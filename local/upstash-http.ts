// Upstash's REST protocol in front of any Redis: one command, a pipeline, or a transaction, as JSON. All
// callers share one connection, so it refuses commands that block, subscribe or change its state.
import { z } from 'zod'
import { type Answer, type Bridge, type BridgeOptions, type Call, serve } from './bridge.ts'
import { reasonOf } from './refusal.ts'
import { type Redis, RedisError, type Reply } from './reply.ts'

export interface UpstashBridge extends Bridge {
  token: string
}

const Command = z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String)).min(1)
const Commands = z.array(Command).min(1)

const refused = new Set([
  ...[
    'MULTI',
    'EXEC',
    'DISCARD',
    'WATCH',
    'UNWATCH',
    'MONITOR',
    'SELECT',
    'AUTH',
    'HELLO',
    'RESET',
  ],
  ...['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE'],
  ...['BLPOP', 'BRPOP', 'BRPOPLPUSH', 'BLMOVE', 'BLMPOP', 'BZPOPMIN', 'BZPOPMAX', 'BZMPOP'],
  ...['XREAD', 'XREADGROUP', 'WAIT', 'WAITAOF', 'CLIENT', 'QUIT', 'SYNC', 'PSYNC', 'SHUTDOWN'],
])

export async function serveUpstash({
  redis,
  token,
  ...options
}: BridgeOptions & { redis: Redis; token: string }): Promise<UpstashBridge> {
  // Upstash's answers carry a token that is new each time, and clients send the last one back.
  let sync = 0
  const bridge = await serve(options, async (call) => {
    const { status, body } = await answerCall(redis, token, call)
    return { status, body, headers: { 'upstash-sync-token': String(++sync) } }
  })
  return { ...bridge, token }
}

async function answerCall(redis: Redis, token: string, call: Call): Promise<Answer> {
  if (call.headers.authorization !== `Bearer ${token}`) {
    return { status: 401, body: { error: 'WRONGPASS invalid or missing auth token' } }
  }
  const write = call.headers['upstash-encoding'] === 'base64' ? encode : keep
  try {
    return { status: 200, body: await answerPath(redis, call, write) }
  } catch (error) {
    if (error instanceof RedisError) return { status: 400, body: { error: error.message } }
    return { status: 503, body: { error: `ERR Redis cannot be reached: ${reasonOf(error)}` } }
  }
}

async function answerPath(redis: Redis, { method, path, body }: Call, write: Writer) {
  const post = method === 'POST' ? path : ''
  if (post === '/') return { result: write(await call(redis, parse(Command, body))) }
  if (post === '/pipeline') {
    const commands = parse(Commands, body)
    const results = await Promise.all(commands.map((command) => attempt(redis, command)))
    return results.map((result) => asResult(result, write))
  }
  if (post === '/multi-exec') {
    const commands = parse(Commands, body)
    for (const command of commands) refuseStateful(command)
    return (await redis.transact(commands)).map((result) => asResult(result, write))
  }
  throw new RedisError('ERR only POST to /, /pipeline and /multi-exec is answered')
}

async function call(redis: Redis, command: string[]): Promise<Reply> {
  refuseStateful(command)
  return redis.call(command)
}

async function attempt(redis: Redis, command: string[]): Promise<Reply | RedisError> {
  try {
    return await call(redis, command)
  } catch (error) {
    if (error instanceof RedisError) return error
    throw error
  }
}

function refuseStateful([name = '']: string[]): void {
  if (refused.has(name.toUpperCase())) {
    throw new RedisError(`ERR Command is not available: '${name}'`)
  }
}

function parse(schema: typeof Command, body: string): string[]
function parse(schema: typeof Commands, body: string): string[][]
function parse(schema: z.ZodType, body: string): unknown {
  try {
    return schema.parse(JSON.parse(body))
  } catch {
    throw new RedisError('ERR failed to parse the command')
  }
}

type Writer = (reply: Reply) => Reply

function asResult(result: Reply | RedisError, write: Writer) {
  return result instanceof RedisError ? { error: result.message } : { result: write(result) }
}

function keep(reply: Reply): Reply {
  return reply
}

/** The client expects the status OK without encoding, but only as the whole answer. */
function encode(reply: Reply): Reply {
  return reply === 'OK' ? reply : encodeDeep(reply)
}

function encodeDeep(reply: Reply): Reply {
  if (typeof reply === 'string') return Buffer.from(reply).toString('base64')
  return Array.isArray(reply) ? reply.map(encodeDeep) : reply
}
