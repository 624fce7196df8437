export async function googleStore(_: string | URL): Promise<never> { throw new Error(); }
