"""Media-stream configs: made, listed, replaced and deleted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from ringway.domain.values import AccountId
from ringway.ports.clock import Clock
from ringway.ports.sealing import Seal
from ringway.ports.shelves import Shelf, Shelves, the
from ringway.ports.stream_configs import STREAM_CONFIG, StreamConfig
from ringway.public.models.configurations import (
    MediaStreamConfigPage,
    MediaStreamConfigRequest,
    MediaStreamConfigResponse,
)
from ringway.public.pages import page_info
from ringway.public.stream_configs import stream_config, stream_config_answer
from ringway.rest.calls.door import Asked, Handler


def media_stream_handlers(
    shelves: Shelves, seal: Seal, clock: Clock
) -> Mapping[str, Handler]:
    """Make the handlers."""

    def kept(
        account: AccountId, id_: str, asked: MediaStreamConfigRequest
    ) -> StreamConfig:
        place = f"{account}/{STREAM_CONFIG.name}/{id_}/credentials"
        return stream_config(
            id_, asked, lambda secret: seal.close(secret.encode(), place)
        )

    async def listed(asked: Asked) -> MediaStreamConfigPage:
        page, size = asked.query.page, asked.query.size
        found = await shelves.read(
            asked.account, lambda shelf: shelf.page(STREAM_CONFIG, page, size)
        )
        return MediaStreamConfigPage(
            results=[stream_config_answer(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def create(asked: Asked) -> MediaStreamConfigResponse:
        it = kept(asked.account, secrets.token_hex(12), asked.body)
        at = clock.now()
        await shelves.write(
            asked.account, lambda shelf: shelf.add(STREAM_CONFIG, it.id, it, at)
        )
        return stream_config_answer(it)

    async def read(asked: Asked) -> MediaStreamConfigResponse:
        id_ = asked.path["mediaStreamConfigId"]
        return stream_config_answer(
            await shelves.read(
                asked.account, lambda shelf: the(shelf, STREAM_CONFIG, id_)
            )
        )

    async def replace(asked: Asked) -> MediaStreamConfigResponse:
        id_ = asked.path["mediaStreamConfigId"]

        def work(shelf: Shelf) -> StreamConfig:
            the(shelf, STREAM_CONFIG, id_)
            it = kept(asked.account, id_, asked.body)
            shelf.put(STREAM_CONFIG, id_, it)
            return it

        return stream_config_answer(await shelves.write(asked.account, work))

    async def delete(asked: Asked) -> MediaStreamConfigResponse:
        id_ = asked.path["mediaStreamConfigId"]
        return stream_config_answer(
            await shelves.write(
                asked.account, lambda shelf: shelf.remove(STREAM_CONFIG, id_)
            )
        )

    return {
        "get-media-stream-configs": listed,
        "create-media-stream-config": create,
        "get-media-stream-config": read,
        "update-media-stream-config": replace,
        "delete-media-stream-config": delete,
    }
