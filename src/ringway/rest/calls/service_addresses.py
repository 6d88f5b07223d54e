"""Service addresses of SIP trunks, and the countries and regions they are in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus

from ringway.ports.clock import Clock
from ringway.ports.fields import WrongFields
from ringway.ports.shelves import Shelf, Shelves, the
from ringway.ports.trunks import (
    ADDRESS,
    MAX_TEXT,
    MAX_TRUNKS,
    TRUNK,
    ServiceAddress,
)
from ringway.public import places
from ringway.public.models.trunk_answers import (
    SipTrunkServiceAddress,
    SipTrunkServiceAddressPage,
)
from ringway.public.models.trunk_parts import Country, Region
from ringway.public.models.trunk_requests import SipTrunkServiceAddressRequest
from ringway.public.pages import page_info
from ringway.public.trunk_answers import address_answer, country_answer, region_answer
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import ApiError

_COUNTRY = "is the code of a country, as USA"


def service_address_handlers(shelves: Shelves, clock: Clock) -> Mapping[str, Handler]:
    """Make the handlers."""

    async def listed(asked: Asked) -> SipTrunkServiceAddressPage:
        page, size = asked.query.page, asked.query.size
        found = await shelves.read(
            asked.account, lambda shelf: shelf.page(ADDRESS, page, size)
        )
        return SipTrunkServiceAddressPage(
            results=[address_answer(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def create(asked: Asked) -> SipTrunkServiceAddress:
        it, at = address(str(uuid.uuid4()), asked.body), clock.now()
        await shelves.write(
            asked.account, lambda shelf: shelf.add(ADDRESS, it.id, it, at)
        )
        return address_answer(it)

    async def read(asked: Asked) -> SipTrunkServiceAddress:
        id_ = asked.path["sipTrunkServiceAddressId"]
        return address_answer(
            await shelves.read(asked.account, lambda shelf: the(shelf, ADDRESS, id_))
        )

    async def update(asked: Asked) -> SipTrunkServiceAddress:
        id_ = asked.path["sipTrunkServiceAddressId"]

        def work(shelf: Shelf) -> ServiceAddress:
            the(shelf, ADDRESS, id_)
            it = address(id_, asked.body)
            shelf.put(ADDRESS, id_, it)
            return it

        return address_answer(await shelves.write(asked.account, work))

    async def delete(asked: Asked) -> SipTrunkServiceAddress:
        id_ = asked.path["sipTrunkServiceAddressId"]

        def work(shelf: Shelf) -> ServiceAddress:
            it = shelf.remove(ADDRESS, id_)
            for trunk in shelf.page(TRUNK, 0, MAX_TRUNKS).values:
                if trunk.billing.address == id_:
                    raise ApiError(
                        HTTPStatus.BAD_REQUEST,
                        f"The SIP trunk {trunk.id} uses this address: "
                        "delete the trunk first.",
                    )
            return it

        return address_answer(await shelves.write(asked.account, work))

    async def countries(_: Asked) -> list[Country]:
        return [country_answer(it) for it in places.countries().values()]

    async def regions(asked: Asked) -> list[Region]:
        country = asked.query.country_code
        if country not in places.countries():
            raise WrongFields({"countryCode": _COUNTRY})
        return [region_answer(it) for it in places.regions(country).values()]

    return {
        "get-sip-trunk-service-addresses": listed,
        "create-sip-trunk-service-address": create,
        "get-sip-trunk-service-address": read,
        "update-sip-trunk-service-address": update,
        "delete-sip-trunk-service-address": delete,
        "get-countries": countries,
        "get-regions": regions,
    }


def address(id_: str, asked: SipTrunkServiceAddressRequest) -> ServiceAddress:
    """Make what is kept of a request.  Or `WrongFields`."""
    wrong: dict[str, str] = {}
    texts = {
        "name": asked.name,
        "street": asked.street,
        "city": asked.city,
        "postCode": asked.post_code,
    }
    for name, text in texts.items():
        if not text.strip() or len(text) > MAX_TEXT:
            wrong[name] = f"is 1 to {MAX_TEXT} characters"
    if asked.suite is not None and len(asked.suite) > MAX_TEXT:
        wrong["suite"] = f"is at most {MAX_TEXT} characters"
    regions = places.regions(asked.country_code)
    if asked.country_code not in places.countries():
        wrong["countryCode"] = _COUNTRY
    elif regions and asked.country_region_code not in regions:
        wrong["countryRegionCode"] = f"is one of {', '.join(regions)}"
    elif not regions and asked.country_region_code is not None:
        wrong["countryRegionCode"] = "is left out: this country has no regions here"
    if wrong:
        raise WrongFields(wrong)
    return ServiceAddress(
        id_,
        asked.name,
        asked.street,
        asked.city,
        asked.post_code,
        asked.country_code,
        asked.suite,
        asked.country_region_code,
    )
