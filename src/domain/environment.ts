// The environments that one code base serves. Each has its own stores, secrets and tokens.

export const environments = ['local', 'staging', 'production'] as const

export type Environment = (typeof environments)[number]
