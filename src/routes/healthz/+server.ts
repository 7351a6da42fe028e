/** Whether the app answers. It asks nobody else: what waits for the store or the rooms asks them. */
export const GET = () => new Response('ok', { headers: { 'cache-control': 'no-store' } });
