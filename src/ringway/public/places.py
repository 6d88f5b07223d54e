"""Countries, and the regions of those that have them in addresses.

ISO 3166-1, with the code that is in use for Kosovo, and ISO 3166-2.  Regions are told
where a postal address is not whole without one; other countries have none here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its code of three letters."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country, by what follows the country in its code."""

    country: str
    code: str
    name: str


_REGIONS: Final[Mapping[str, str]] = {
    "AUS": (
        "ACT Australian Capital Territory, NSW New South Wales, "
        "NT Northern Territory, QLD Queensland, SA South Australia, TAS Tasmania, "
        "VIC Victoria, WA Western Australia"
    ),
    "BRA": (
        "AC Acre, AL Alagoas, AM Amazonas, AP Amapá, BA Bahia, CE Ceará, "
        "DF Distrito Federal, ES Espírito Santo, GO Goiás, MA Maranhão, "
        "MG Minas Gerais, MS Mato Grosso do Sul, MT Mato Grosso, PA Pará, "
        "PB Paraíba, PE Pernambuco, PI Piauí, PR Paraná, RJ Rio de Janeiro, "
        "RN Rio Grande do Norte, RO Rondônia, RR Roraima, RS Rio Grande do Sul, "
        "SC Santa Catarina, SE Sergipe, SP São Paulo, TO Tocantins"
    ),
    "CAN": (
        "AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, "
        "NL Newfoundland and Labrador, NS Nova Scotia, NT Northwest Territories, "
        "NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec, "
        "SK Saskatchewan, YT Yukon"
    ),
    "MEX": (
        "AGU Aguascalientes, BCN Baja California, BCS Baja California Sur, "
        "CAM Campeche, CHH Chihuahua, CHP Chiapas, CMX Ciudad de México, "
        "COA Coahuila de Zaragoza, COL Colima, DUR Durango, GRO Guerrero, "
        "GUA Guanajuato, HID Hidalgo, JAL Jalisco, MEX México, "
        "MIC Michoacán de Ocampo, MOR Morelos, NAY Nayarit, NLE Nuevo León, "
        "OAX Oaxaca, PUE Puebla, QUE Querétaro, ROO Quintana Roo, "
        "SIN Sinaloa, SLP San Luis Potosí, SON Sonora, TAB Tabasco, "
        "TAM Tamaulipas, TLA Tlaxcala, VER Veracruz de Ignacio de la Llave, "
        "YUC Yucatán, ZAC Zacatecas"
    ),
    "USA": (
        "AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, "
        "CO Colorado, CT Connecticut, DE Delaware, DC District of Columbia, "
        "FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, "
        "IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, "
        "MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, "
        "MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, "
        "NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, "
        "OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island, "
        "SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, "
        "VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, "
        "WY Wyoming"
    ),
}


@cache
def countries() -> Mapping[str, Country]:
    """Give all countries by their codes, in the order of their names."""
    from iso3166 import countries_by_alpha3  # noqa: PLC0415  # few ask for it

    found = sorted(
        countries_by_alpha3.values(), key=lambda it: (it.apolitical_name, it.alpha3)
    )
    return {it.alpha3: Country(it.alpha3, it.apolitical_name) for it in found}


@cache
def regions(country: str) -> Mapping[str, Region]:
    """Give the regions of a country by their codes; none for most."""
    told: Sequence[str] = _REGIONS[country].split(", ") if country in _REGIONS else ()
    found = [Region(country, *it.split(" ", 1)) for it in told]
    return {it.code: it for it in found}
