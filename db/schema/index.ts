/** Every table, for drizzle and its migrations. */
export * from './people.ts';
export * from './settings.ts';
export * from './documents.ts';
export * from './engine.ts';
export * from './effects.ts';
export * from './portfolio.ts';
export * from './push.ts';
export * from './operations.ts';
export * from './migration.ts';
export * from './deletion.ts';
